import { bigintFromLe } from '@cess/bytes'
import { blake2b512 } from '@cess/crypto/hashes'

/** Order of G1, G2 and GT of BLS12-381: scalars are integers modulo it. */
export const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n

export const SCALAR_BYTES = 32

/** `value` modulo the order, also for negative values. */
export function reduce(value: bigint): bigint {
  const rest = value % ORDER
  return rest < 0n ? rest + ORDER : rest
}

/** 32 little-endian bytes of a scalar below the order. */
export function scalarToBytes(scalar: bigint): Uint8Array {
  const out = new Uint8Array(SCALAR_BYTES)
  const view = new DataView(out.buffer)
  for (let i = 0; i < 4; i++) view.setBigUint64(8 * i, scalar >> BigInt(64 * i), true)
  return out
}

/** The scalar that 32 little-endian bytes spell; undefined unless it is below the order. */
export function scalarFromBytes(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== SCALAR_BYTES) return undefined
  const value = bigintFromLe(bytes)
  return value < ORDER ? value : undefined
}

/** A scalar from bytes, with a bias below 2^-256. */
export const hashToScalar = (bytes: Uint8Array): bigint => reduce(bigintFromLe(blake2b512(bytes)))
