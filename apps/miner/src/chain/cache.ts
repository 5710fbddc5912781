import type { FileId } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import type { MinerChain, Placement, Tagger } from './port.ts'

/** What all miners of a process ask the chain again and again, remembered for a short while. */
export interface ChainCache {
  /** Where a file's fragments belong, at the best block. */
  placement(fileId: FileId): Promise<Placement | undefined>
  /** The same, asked anew unless that was a moment ago. For when what is remembered does not fit. */
  freshPlacement(fileId: FileId): Promise<Placement | undefined>
  /** Forgets a file, because something about it has changed. */
  forget(fileId: FileId): void
  tagger(index: number): Promise<Tagger | undefined>
}

/** Milliseconds: about a block. A file that is not there yet may be there with the next one. */
const FOUND_MS = 6_000
const ABSENT_MS = 500
/** A placement of 1000 segments takes about 1.5 MB. */
const PLACEMENTS = 64
const TAGGERS = 1_000

interface Entry {
  readonly value: Promise<Placement | undefined>
  readonly at: number
  absent: boolean
}

export function createChainCache(chain: MinerChain, clock: Clock): ChainCache {
  const placements = new Map<FileId, Entry>()
  const taggers = new Map<number, Tagger>()

  function evict(map: Map<unknown, unknown>, limit: number): void {
    if (map.size < limit) return
    const oldest = map.keys().next()
    if (!oldest.done) map.delete(oldest.value)
  }

  function placement(fileId: FileId, maxAge: number): Promise<Placement | undefined> {
    const held = placements.get(fileId)
    if (held && clock.now() < held.at + Math.min(maxAge, held.absent ? ABSENT_MS : FOUND_MS))
      return held.value
    placements.delete(fileId)
    evict(placements, PLACEMENTS)
    const value = chain.best().then((state) => state.placement(fileId))
    const entry: Entry = { value, at: clock.now(), absent: false }
    placements.set(fileId, entry)
    void value.then(
      (found) => {
        entry.absent = !found
      },
      () => {
        if (placements.get(fileId) === entry) placements.delete(fileId)
      },
    )
    return value
  }

  return {
    placement: (fileId) => placement(fileId, FOUND_MS),
    freshPlacement: (fileId) => placement(fileId, ABSENT_MS),
    forget: (fileId) => void placements.delete(fileId),
    async tagger(index) {
      const held = taggers.get(index)
      if (held) return held
      const found = await (await chain.best()).tagger(index)
      if (!found) return undefined
      // Registrations never change, but the best block may: remember only what is final.
      const final = await (await chain.finalized()).tagger(index)
      if (final) {
        evict(taggers, TAGGERS)
        taggers.set(index, final)
      }
      return found
    },
  }
}
