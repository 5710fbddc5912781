import type { Hash } from '@cess/bytes'
import { type Chain, ChainError } from '@cess/chain'
import type { Header } from '@cess/primitives'
import type { Params } from '../params.ts'

/** The block that a call is about: the one named, else the best. */
export const blockAt = (chain: Chain, params: Params, index: number): Hash =>
  params.optionalHash(index, 'block hash') ?? chain.info().bestHash

export function requireHeader(chain: Chain, hash: Hash): Header {
  const header = chain.header(hash)
  if (!header) throw new ChainError('UNKNOWN_BLOCK', `no block ${hash} is known here`)
  return header
}
