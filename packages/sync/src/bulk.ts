import type { Block } from './api.ts'
import type { Fetched } from './wire.ts'
import { areLinked } from './wire.ts'

/** Blocks asked for at once. */
export const RANGE = 64
/** Ranges that are under way, or here and not imported. */
const MAX_RANGES = 8
/** When the range that everything waits for takes this long, a second peer is asked. Milliseconds. */
const HEDGE_MS = 5_000

interface Range {
  readonly start: number
  readonly count: number
  /** Who is asked for it. */
  peer: string | undefined
  askedAt: number
  blocks: readonly Fetched[] | undefined
}

/**
 * Downloading a long stretch of a chain in ranges, from several peers at once. `lead` is the peer whose chain it is;
 * others give ranges as long as theirs fit. Without input or output of its own.
 */
export interface Bulk {
  readonly lead: string
  /** A block was bad: what was taken and is not imported yet is not worth importing. */
  broken: boolean
  /** The next range that this peer, whose best block has this number, may be asked for now. */
  next(
    peer: string,
    best: number,
    target: number,
    now: number,
  ): { start: number; count: number } | undefined
  /** The blocks of a range arrived; they are known to be linked and to begin at `start`. */
  arrived(start: number, blocks: readonly Fetched[]): void
  /** The peer will not answer. */
  failed(peer: string): void
  /** Takes the next blocks to import, or says whose range does not fit what came before. */
  take(): readonly Fetched[] | { readonly misfit: string } | undefined
  /** A range that was taken has been imported. */
  imported(): void
  /** Not asked again: its chain is another one. */
  exclude(peer: string): void
  /** Up to here blocks were taken. */
  linked(): Block
  /** Nothing is under way or waits. */
  isIdle(): boolean
}

export function createBulk(lead: string, common: Block): Bulk {
  const ranges = new Map<number, Range>()
  const excluded = new Set<string>()
  let linked = common
  let end = common.number
  let importing = 0
  return {
    lead,
    broken: false,
    next(peer, best, target, now) {
      if (excluded.has(peer)) return undefined
      const isSlow = ({ start, askedAt }: Range): boolean =>
        start === linked.number + 1 && now - askedAt >= HEDGE_MS
      const open = [...ranges.values()]
        .filter((range) => !range.blocks && (!range.peer || isSlow(range)))
        .sort((a, b) => a.start - b.start)
        .find((range) => range.start <= best)
      if (open) {
        open.peer = peer
        open.askedAt = now
        return { start: open.start, count: open.count }
      }
      if (ranges.size + importing >= MAX_RANGES) return undefined
      const start = end + 1
      if (start > Math.min(best, target)) return undefined
      const count = Math.min(RANGE, target - end)
      ranges.set(start, { start, count, peer, askedAt: now, blocks: undefined })
      end += count
      return { start, count }
    },
    arrived(start, blocks) {
      const range = ranges.get(start)
      if (!range || range.blocks) return
      range.blocks = blocks
      range.peer = undefined
      // Answers are cut at a number of bytes: the rest is a range of its own.
      const rest = range.count - blocks.length
      if (rest <= 0) return
      ranges.set(start, { ...range, count: blocks.length })
      const from = start + blocks.length
      ranges.set(from, { start: from, count: rest, peer: undefined, askedAt: 0, blocks: undefined })
    },
    failed(peer) {
      for (const range of ranges.values()) if (range.peer === peer) range.peer = undefined
    },
    take() {
      const range = ranges.get(linked.number + 1)
      const blocks = range?.blocks
      if (!range || !blocks) return undefined
      const [first, last] = [blocks[0]!, blocks.at(-1)!]
      if (first.header.parentHash !== linked.hash) {
        range.blocks = undefined
        return { misfit: first.from }
      }
      ranges.delete(range.start)
      linked = { hash: last.hash, number: last.header.number }
      importing++
      return blocks
    },
    imported() {
      importing--
    },
    exclude(peer) {
      excluded.add(peer)
    },
    linked: () => linked,
    isIdle: () => importing === 0 && ranges.size === 0,
  }
}

/** Whether these are the blocks from `start` on, `count` at most. */
export const isRange = (blocks: readonly Fetched[], start: number, count: number): boolean =>
  blocks.length > 0 &&
  blocks.length <= count &&
  blocks[0]!.header.number === start &&
  areLinked(blocks)
