import { toHex } from '@cess/bytes'
import { StorageRefusal } from '@cess/network'
import type { Clock } from '@cess/ports'
import type { Tagger } from '../chain/port.ts'
import type { TagItem, TagVerdict } from '../work/jobs.ts'
import type { Pool } from '../work/pool.ts'

/** Fragments of one batch: at 8 MiB each they still fit into a thread's memory one after the other. */
const BATCH = 32
/** Milliseconds that the first fragment of a batch waits for others. */
const GATHER_MS = 25
/** Fragments that wait at most. */
const MAX_WAITING = 512

interface Waiting {
  readonly item: TagItem
  readonly done: PromiseWithResolvers<TagVerdict>
}
interface Group {
  readonly verifier: Uint8Array
  readonly parameters: Uint8Array
  readonly waiting: Waiting[]
}

/** Checks tags in threads, those of one tagger together: a batch costs little more than one. */
export function createTagChecks(pool: Pool, clock: Clock) {
  const groups = new Map<string, Group>()
  let count = 0

  async function flush(name: string): Promise<void> {
    const group = groups.get(name)
    if (!group) return
    groups.delete(name)
    const { verifier, parameters, waiting } = group
    try {
      const items = waiting.map((w) => w.item)
      const verdicts = await pool.run('tags', { verifier, parameters, items })
      for (const [i, { done }] of waiting.entries()) done.resolve(verdicts[i] ?? 'wrong')
    } catch (error) {
      for (const { done } of waiting) done.reject(error)
    } finally {
      count -= waiting.length
    }
  }

  return {
    check(tagger: Tagger, parameters: Uint8Array, item: TagItem): Promise<TagVerdict> {
      if (count >= MAX_WAITING)
        throw new StorageRefusal('Busy', 'This miner is checking enough tags. Try again soon.')
      count++
      const name = `${toHex(tagger.parameters)}/${toHex(tagger.verifier)}`
      const held = groups.get(name)
      const group = held ?? { verifier: tagger.verifier, parameters, waiting: [] }
      if (!held) {
        groups.set(name, group)
        clock.after(GATHER_MS, () => void flush(name))
      }
      const done = Promise.withResolvers<TagVerdict>()
      group.waiting.push({ item, done })
      if (group.waiting.length >= BATCH) void flush(name)
      return done.promise
    },
  }
}
