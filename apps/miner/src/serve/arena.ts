import { type FragmentSpace, MAX_FRAGMENT } from '@cess/network'

/** Memory that fragments are received into, for all miners of a process. */
export interface Arena {
  /** Room for a fragment of `size` bytes, 1 to 8 MiB. */
  take(size: number): FragmentSpace
}

/** The part of WebAssembly's JavaScript API that is used here: TypeScript has it only with the DOM. */
interface SharedMemory {
  readonly buffer: SharedArrayBuffer
  grow(pages: number): number
}
type MakeMemory = new (limits: {
  readonly initial: number
  readonly maximum: number
  readonly shared: true
}) => SharedMemory
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MakeMemory } }).WebAssembly

const PAGE = 64 << 10
/** Smaller fragments get memory of their own: a slot would be mostly empty. */
const SMALLEST = MAX_FRAGMENT / 4

/**
 * Slots of 8 MiB in one shared memory, which grows to `maxBytes` and is used again and again. Fresh memory for each
 * fragment would cost the kernel as much as receiving it, and V8 a collection for every few; threads hash a slot where it
 * is; and its slots lie on pages, so that the disk can read them directly.
 */
export function createArena(maxBytes: number): Arena {
  const slots = Math.floor(maxBytes / MAX_FRAGMENT)
  const memory = new Memory({
    initial: 0,
    maximum: (slots * MAX_FRAGMENT) / PAGE,
    shared: true,
  })
  const idle: number[] = []
  let made = 0

  function slot(): number | undefined {
    if (idle.length > 0) return idle.pop()
    if (made === slots) return undefined
    memory.grow(MAX_FRAGMENT / PAGE)
    return made++ * MAX_FRAGMENT
  }

  return {
    take(size) {
      const at = size < SMALLEST ? undefined : slot()
      if (at === undefined) return { bytes: new Uint8Array(size), free() {} }
      return { bytes: new Uint8Array(memory.buffer, at, size), free: () => void idle.push(at) }
    },
  }
}
