import { StorageRefusal } from '@cess/network'
import type { Clock } from '@cess/ports'

/** Bounds the bytes that all miners of a process hold in memory for peers. */
export interface Admission {
  /** Counts these bytes under a name until `leave`, or for two minutes. @throws StorageRefusal Busy */
  enter(name: string, bytes: number): void
  leave(name: string): void
}

/** Data that was announced and never came counts no more after this many milliseconds. */
const FORGET_MS = 120_000

export function createAdmission(clock: Clock, maxBytes: number): Admission {
  const held = new Map<string, { readonly bytes: number; readonly until: number }>()
  return {
    enter(name, bytes) {
      const now = clock.now()
      let sum = bytes
      for (const [other, entry] of held)
        if (entry.until <= now) held.delete(other)
        else if (other !== name) sum += entry.bytes
      if (sum > maxBytes)
        throw new StorageRefusal('Busy', 'This miner is busy enough at the moment. Try again soon.')
      held.set(name, { bytes, until: now + FORGET_MS })
    },
    leave: (name) => void held.delete(name),
  }
}
