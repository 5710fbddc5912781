import type { Kernel } from './kernel.ts'
import { fourfoldTables, nibbleTables } from './simd-tables.ts'
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
  multiplyFourfold(
    length: number,
    blocks: number,
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

/**
 * The kernel on a WebAssembly module. Shards pass through its memory in chunks that stay in the cache, so
 * they may be any arrays of any length, and the memory stays small.
 */
export function simdKernel(wasm: WasmApi, module: Uint8Array): Kernel {
  const instance = new wasm.Instance(new wasm.Module(module))
  const { memory, multiply, multiplyFourfold } = instance.exports as Exports
  let bytes = new Uint8Array(memory.buffer)
  const reserve = (size: number): void => {
    if (size > bytes.length) memory.grow(Math.ceil((size - bytes.length) / PAGE))
    bytes = new Uint8Array(memory.buffer)
  }

  return (matrix) => {
    const { rows, columns } = matrix
    const fourfold = fourfoldTables(matrix)
    const tables = fourfold ?? nibbleTables(matrix)
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
        if (fourfold) multiplyFourfold(steps, rows / 4, 0, sourcesAt, outputsAt, stride)
        else multiply(steps, BLOCK, columns, rows, 0, sourcesAt, outputsAt, stride)
        for (let r = 0; r < rows; r++) {
          const at = outputsAt + r * stride
          outputs[r]!.set(bytes.subarray(at, at + n), from)
        }
      }
    }
  }
}
