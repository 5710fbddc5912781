import type { FragmentMemory } from '@cess/content'
import { DATA_FRAGMENTS, SEGMENT_SIZE } from '@cess/primitives'

/** Memory of fragments on their way to readers. Several may use one: it is free when each has said so. */
export interface ReadMemory extends FragmentMemory {
  /** One more user, who frees it too. */
  keep(bytes: Uint8Array): void
  /** Lets go of what nobody uses. */
  trim(): void
}

const SLOT = SEGMENT_SIZE / DATA_FRAGMENTS
/** Less gets memory of its own: a slot would be mostly empty. */
const SMALLEST = SLOT / 4
/**
 * Slots kept for the next fragments: twice what one fast download has in use. What is dropped stays in memory until V8
 * collects, and it is in no hurry to for memory that it does not count.
 */
const KEPT = 16

export function createReadMemory(): ReadMemory {
  // Shared memory, since V8 does not count it: what is kept must not make it collect more often.
  const idle: SharedArrayBuffer[] = []
  // Weak: what a mistake forgets to free is collected, and no worse than fresh memory.
  const users = new WeakMap<Uint8Array, number>()
  return {
    take(bytes) {
      if (bytes < SMALLEST || bytes > SLOT) return new Uint8Array(bytes)
      const taken = new Uint8Array(idle.pop() ?? new SharedArrayBuffer(SLOT), 0, bytes)
      users.set(taken, 1)
      return taken
    },
    keep(bytes) {
      const count = users.get(bytes)
      if (count !== undefined) users.set(bytes, count + 1)
    },
    free(bytes) {
      const count = users.get(bytes)
      if (count === undefined) return
      if (count > 1) return void users.set(bytes, count - 1)
      users.delete(bytes)
      if (idle.length < KEPT) idle.push(bytes.buffer as SharedArrayBuffer)
    },
    trim: () => void idle.splice(0),
  }
}
