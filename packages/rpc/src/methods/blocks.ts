import type { Hash } from '@cess/bytes'
import { type Chain, ChainError } from '@cess/chain'
import type { Header } from '@cess/primitives'
import type { Params } from '../params.ts'

/** The block that a call is about: the one named, else the best. */
export const blockAt = (chain: Chain, params: Params, index: number): Hash =>
  params.optionalHash(index, 'block hash') ?? chain.info().bestHash

/** @throws ChainError UNKNOWN_BLOCK */
export function requireHeader(chain: Chain, hash: Hash): Header {
  const header = chain.header(hash)
  if (!header)
    throw new ChainError('UNKNOWN_BLOCK', `Header was not found in the database: ${hash}`)
  return header
}

/** Tells of every new best block. Finality can choose one too, when it moves to another fork. */
export const onBest = (chain: Chain, run: (hash: Hash, header: Header) => void): (() => void) =>
  chain.subscribe((event) => {
    if (event.type === 'imported') {
      if (event.best) run(event.hash, event.header)
    } else if (event.enacted.length > 0) {
      const { bestHash } = chain.info()
      run(bestHash, requireHeader(chain, bestHash))
    }
  })
