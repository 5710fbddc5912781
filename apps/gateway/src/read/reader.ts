import type { AccountId, FileId } from '@cess/bytes'
import { type Fault, readFile } from '@cess/content'
import { createReedSolomon } from '@cess/erasure'
import type { StorageClient } from '@cess/network'
import {
  DATA_FRAGMENTS,
  FRAGMENTS,
  fragmentSize,
  PARITY_FRAGMENTS,
  SEGMENT_SIZE,
  segmentLengths,
} from '@cess/primitives'
import type { GatewayContext } from '../context.ts'
import type { Miners } from '../miners/miners.ts'
import { readInto } from '../store/disk.ts'
import type { Cache } from './cache.ts'
import type { KnownFile } from './files.ts'
import type { ReadMemory } from './memory.ts'
import { createShared } from './shared.ts'

/** Bytes of files: from the spool or cache, else from any four miners of each segment. */
export interface Reader {
  /**
   * The ciphertext or a part of it, every byte verified. `ahead` fetches a segment ahead of the one that is read, and
   * holds two of them in memory; without it there is one fragment at a time. A piece is void when the next one is asked for.
   */
  read(
    file: KnownFile,
    range: ByteRange,
    options: { readonly ahead: boolean; readonly signal: AbortSignal },
  ): AsyncIterable<Uint8Array>
}

export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/** A range cut where fragments begin and end. */
export function* fragmentRanges(fileSize: number, { offset, length }: ByteRange) {
  const end = offset + length
  let base = 0
  for (const bytes of segmentLengths(fileSize)) {
    const size = fragmentSize(bytes)
    for (let at = base; at < base + bytes; at += size) {
      const from = Math.max(at, offset)
      const to = Math.min(at + size, base + bytes, end)
      if (from < to) yield { offset: from, length: to - from }
    }
    base += bytes
  }
}

export interface ReaderDeps {
  readonly ctx: GatewayContext
  readonly miners: Miners
  readonly client: StorageClient
  readonly cache: Cache
  readonly memory: ReadMemory
  /** Path of a whole ciphertext in the spool, if it is there. */
  readonly spooled: (fid: FileId) => string | undefined
}

/** A miner that takes longer is not waited for: others are asked as well. */
const HEDGE_MS = 2_500

export function createReader({ ctx, miners, client, cache, memory, spooled }: ReaderDeps): Reader {
  const erasure = createReedSolomon(DATA_FRAGMENTS, PARITY_FRAGMENTS)
  const shared = createShared<Uint8Array>({ keep: memory.keep, drop: memory.free })

  /** Data fragments of a ciphertext that is on this disk. Whether they are good is checked by who reads them. */
  async function fromDisk(
    { layout }: KnownFile,
    segment: number,
    index: number,
    size: number,
  ): Promise<Uint8Array | undefined> {
    if (index >= DATA_FRAGMENTS) return undefined
    const { fileId, fileSize } = layout
    const length = segmentLengths(fileSize)[segment]!
    const from = Math.min(index * size, length)
    const bytesHere = Math.min(size, length - from)
    const places = { spool: spooled(fileId), cache: cache.file(fileId) }
    for (const [name, path] of Object.entries(places)) {
      if (!path) continue
      const bytes = memory.take(size)
      const part = bytes.subarray(0, bytesHere)
      const read = await readInto(path, segment * SEGMENT_SIZE + from, part).catch(() => false)
      if (read) {
        bytes.fill(0, bytesHere)
        ctx.metrics.fragments.inc(1, { from: name })
        return bytes
      }
      memory.free(bytes)
    }
    return undefined
  }

  async function fromMiner(
    miner: AccountId,
    id: FileId,
    size: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const into = memory.take(size)
    try {
      await miners.exchange(
        miner,
        'get',
        (peer) => client.get(peer, id, { offset: 0, length: size, into, signal }),
        signal,
      )
    } catch (error) {
      memory.free(into)
      throw error
    }
    ctx.metrics.fragments.inc(1, { from: 'miner' })
    // Whether it is what it should be is for the reader to say, who tells us when it is not.
    const written = cache.keepFragment(id, into)
    if (written) {
      memory.keep(into)
      void written.finally(() => memory.free(into))
    }
    return into
  }

  return {
    read(file, range, { ahead, signal }) {
      const { layout } = file
      const lengths = segmentLengths(layout.fileSize)
      const up = file.miners.filter((miner) => !miners.isDown(miner)).length
      const fetch = async (segment: number, index: number, abort: AbortSignal) => {
        const size = fragmentSize(lengths[segment]!)
        const id = layout.segments[segment]!.fragmentList[index]!
        const local = await fromDisk(file, segment, index, size)
        if (local) return local
        const cached = await cache.fragment(id, size, memory)
        if (cached) {
          ctx.metrics.fragments.inc(1, { from: 'cache' })
          return cached
        }
        const miner = file.miners[index]!
        // Who did not answer a moment ago is asked only when it is needed.
        if (miners.isDown(miner) && up >= DATA_FRAGMENTS) return undefined
        // By miner too: fragments of plain data may be equal, and what one miner lacks another has.
        return shared.run(`${miner}/${id}`, abort, (stop) => fromMiner(miner, id, size, stop))
      }
      const onFault = (segment: number, index: number, fault: Fault): void => {
        ctx.metrics.faults.inc(1, { fault })
        const id = layout.segments[segment]!.fragmentList[index]!
        const told = { fid: layout.fileId, segment, index, miner: file.miners[index], fault }
        if (fault !== 'corrupt') return ctx.logger.debug(told, 'A fragment cannot be had')
        ctx.logger.warn(told, 'A fragment is not what it should be')
        miners.blame(file.miners[index]!)
        void cache.dropFragment(id)
        void cache.dropFile(layout.fileId)
      }
      const order = [...Array(FRAGMENTS).keys()].sort(
        (a, b) => miners.cost(file.miners[a]!) - miners.cost(file.miners[b]!),
      )
      const part = (one: ByteRange): AsyncIterable<Uint8Array> =>
        readFile({
          layout,
          erasure,
          fetch,
          onFault,
          memory,
          prefer: () => order,
          hedge: { clock: ctx.clock, afterMs: HEDGE_MS },
          ahead: ahead ? 1 : 0,
          range: one,
          signal,
        })
      if (ahead) return part(range)
      return (async function* () {
        for (const one of fragmentRanges(layout.fileSize, range)) yield* part(one)
      })()
    },
  }
}
