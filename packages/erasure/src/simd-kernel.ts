import { multiply as times } from './field.ts'
import type { Kernel } from './kernel.ts'
import type { Matrix } from './matrix.ts'
import type { WasmApi, WasmMemory } from './wasm.ts'

interface Exports {
  readonly memory: WasmMemory
  multiply(
    length: number,
    block: number,
    count: number,
    rows: number,
    tables: number,
    sources: number,
    outputs: number,
    stride: number,
  ): void
}

/** Bytes of all columns that are in WebAssembly memory at a time: a part of a second-level cache. */
const RESIDENT = 512 * 1024
const MAX_CHUNK = 32 * 1024
/** Bytes of a column that the kernel finishes before it goes on: all columns fit the first-level cache. */
const BLOCK = 4096
const STEP = 32
const PAGE = 65_536

/** Outputs that the kernel computes together, for every possible number of rows that are left. */
const groupOf = (left: number): number => (left >= 4 ? 4 : left >= 2 ? 2 : 1)

/** Products of each coefficient with the 16 low and the 16 high nibbles, in the order that the kernel reads. */
function nibbleTables({ rows, columns, at }: Matrix): Uint8Array {
  const out = new Uint8Array(rows * columns * 32)
  let to = 0
  for (let first = 0; first < rows; first += groupOf(rows - first))
    for (let c = 0; c < columns; c++)
      for (let r = first; r < first + groupOf(rows - first); r++, to += 32)
        for (let n = 0; n < 16; n++) {
          out[to + n] = times(at[r * columns + c]!, n)
          out[to + 16 + n] = times(at[r * columns + c]!, n << 4)
        }
  return out
}

/**
 * The kernel on a WebAssembly module. Shards pass through its memory in chunks that stay in the cache, so
 * they may be any arrays of any length, and the memory stays small.
 */
export function simdKernel(wasm: WasmApi, module: Uint8Array): Kernel {
  const instance = new wasm.Instance(new wasm.Module(module))
  const { memory, multiply } = instance.exports as Exports
  let bytes = new Uint8Array(memory.buffer)
  const reserve = (size: number): void => {
    if (size > bytes.length) memory.grow(Math.ceil((size - bytes.length) / PAGE))
    bytes = new Uint8Array(memory.buffer)
  }

  return (matrix) => {
    const { rows, columns } = matrix
    const tables = nibbleTables(matrix)
    const share = Math.floor(RESIDENT / (rows + columns) / STEP) * STEP
    const chunk = Math.min(share, MAX_CHUNK)
    // Columns a power of two apart would fall into the same sets of the cache.
    const stride = chunk + 3 * STEP
    const sourcesAt = tables.length
    const outputsAt = sourcesAt + columns * stride

    return (sources, outputs) => {
      const length = sources[0]!.length
      reserve(outputsAt + rows * stride)
      bytes.set(tables)
      for (let from = 0; from < length; from += chunk) {
        const n = Math.min(chunk, length - from)
        for (let c = 0; c < columns; c++)
          bytes.set(sources[c]!.subarray(from, from + n), sourcesAt + c * stride)
        // The last step may read and write what earlier chunks left behind the end; nobody looks at it.
        const steps = Math.ceil(n / STEP) * STEP
        multiply(steps, BLOCK, columns, rows, 0, sourcesAt, outputsAt, stride)
        for (let r = 0; r < rows; r++) {
          const at = outputsAt + r * stride
          outputs[r]!.set(bytes.subarray(at, at + n), from)
        }
      }
    }
  }
}
