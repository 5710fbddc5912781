import { concat, fromHex, type Hash, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import {
  type Extrinsic,
  RuntimeTrap,
  type TransactionSource,
  type TransactionValidity,
  transactionValidity,
} from '@cess/primitives'
import { bytes, decode, encode } from '@cess/scale'
import type { Chain } from '../api.ts'

const SOURCE: Readonly<Record<TransactionSource, number>> = { InBlock: 0, Local: 1, External: 2 }

/** blake2-256 of the extrinsic as clients send it, length prefix included. */
export const extrinsicHash = (extrinsic: Extrinsic): Hash =>
  toHex(blake2b256(encode(bytes, extrinsic))) as Hash

/**
 * `TaggedTransactionQueue_validate_transaction(source, extrinsic, block hash)` on the state after block `at`.
 * Undefined when the runtime panicked on it, as it does on bytes that are no extrinsic.
 */
export function validate(
  chain: Chain,
  at: Hash,
  source: TransactionSource,
  extrinsic: Extrinsic,
): TransactionValidity | undefined {
  const args = concat(Uint8Array.of(SOURCE[source]), encode(bytes, extrinsic), fromHex(at))
  try {
    const result = chain.call(at, 'TaggedTransactionQueue_validate_transaction', args)
    return decode(transactionValidity, result)
  } catch (error) {
    if (error instanceof RuntimeTrap) return undefined
    throw error
  }
}
