import { BLAKE3_CHUNK, type SubtreeHasher } from './blake3-node.ts'
import { simd } from './blake3-wasm.ts'
import { instantiate, type Memory } from './wasm.ts'

interface Exports {
  readonly memory: Memory
  subtree(
    input: number,
    length: number,
    counter: number,
    flags: number,
    values: number,
    message: number,
  ): void
}

/** Chunks that are in the module's memory at a time. They stay in a second-level cache; more gain 3 % at most. */
const CHUNKS = 64
/** Four lanes read, and write values for, up to four chunks past the end. */
const ROOM = CHUNKS + 4
const MESSAGE_BYTES = 256
const VALUES_AT = MESSAGE_BYTES
const INPUT_AT = VALUES_AT + ROOM * 32
const PAGE = 65_536

function load(): SubtreeHasher | undefined {
  const kernel = instantiate<Exports>(simd)
  if (!kernel) return undefined
  const { memory, subtree } = kernel
  memory.grow(Math.ceil((INPUT_AT + ROOM * BLAKE3_CHUNK) / PAGE))
  const scratch = new Uint8Array(memory.buffer)
  return {
    chunks: CHUNKS,
    value(data, first, flags) {
      scratch.set(data, INPUT_AT)
      subtree(INPUT_AT, data.length, first, flags, VALUES_AT, 0)
      return scratch.slice(VALUES_AT, VALUES_AT + 32)
    },
  }
}

/**
 * Four chunks at a time in the SIMD registers of WebAssembly 2.0; undefined on a machine without them. One instance
 * for each thread: hashing is synchronous, so nobody can come between.
 */
export const simdHasher: SubtreeHasher | undefined = load()
