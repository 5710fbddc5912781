import { ErasureError } from './errors.ts'
import { jsKernel } from './js-kernel.ts'
import type { Matrix } from './matrix.ts'
import { relaxedSimd, simd } from './rs-wasm.ts'
import { simdKernel } from './simd-kernel.ts'
import { wasm } from './wasm.ts'

/** outputs[i] = sum over j of matrix[i][j] * sources[j]. All arrays have one length; none overlap. */
export type Multiply = (sources: readonly Uint8Array[], outputs: readonly Uint8Array[]) => void

/** Prepares the multiplication by a matrix. */
export type Kernel = (matrix: Matrix) => Multiply

export type KernelName = 'simd' | 'js'

const decode = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

let best: Kernel | undefined

/** The fastest WebAssembly kernel that this machine can run, made once. Undefined without SIMD. */
function wasmKernel(): Kernel | undefined {
  if (best || !wasm) return best
  const module = [relaxedSimd, simd].map(decode).find(wasm.validate)
  best = module && simdKernel(wasm, module)
  return best
}

/**
 * The kernel of that name; without a name the fastest one here.
 * @throws ErasureError UNSUPPORTED
 */
export function chooseKernel(name?: KernelName): Kernel {
  const wasm = name === 'js' ? undefined : wasmKernel()
  if (name === 'simd' && !wasm)
    throw new ErasureError(
      'UNSUPPORTED',
      'This machine has no WebAssembly SIMD, so the simd kernel cannot run. Leave the kernel out or ask for js.',
    )
  return wasm ?? jsKernel
}
