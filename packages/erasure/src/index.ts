/** Reed–Solomon erasure coding: any k of k + m shards give back the data. */
export { ErasureError, type ErasureErrorCode } from './errors.ts'
export type { KernelName } from './kernel.ts'
export {
  createErasurePool,
  type ErasurePool,
  type ErasurePoolOptions,
  sharedShards,
} from './pool.ts'
export { createReedSolomon, type ReedSolomon, type ReedSolomonOptions } from './reed-solomon.ts'
export type { CodeShape } from './shards.ts'
