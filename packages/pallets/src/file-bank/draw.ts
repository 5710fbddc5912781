import { type AccountId, concat, u32le } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'

/** Random draws before the search goes on one by one. */
const DRAWS = 64
/** Miners that the one-by-one search looks at. */
const SCAN = 128
/** Most miners that one search considers. */
export const MAX_LOOKED = DRAWS + SCAN

/** Who can be drawn. */
export interface Candidates {
  count(): number
  at(position: number): AccountId
  fits(miner: AccountId): boolean
}

/** An endless stream of numbers below a bound from a seed. Its bias is below 2^-26 for up to 2^32 values. */
export function numbers(seed: Uint8Array): (below: bigint) => bigint {
  let counter = 0
  return (below) => {
    const raw = blake2b256(concat(seed, u32le(counter++)))
    return BigInt(`0x${raw.toHex()}`) % below
  }
}

/**
 * Draws `wanted` distinct miners that fit and are not in `excluded`; fewer when there are not enough within reach.
 * The cost is bounded whatever the miners look like; `looked` tells how many were considered.
 */
export function drawMiners(
  candidates: Candidates,
  seed: Uint8Array,
  wanted: number,
  excluded: Iterable<AccountId> = [],
): { readonly miners: AccountId[]; readonly looked: number } {
  const count = candidates.count()
  if (count === 0) return { miners: [], looked: 0 }
  const seen = new Set<AccountId>(excluded)
  const miners: AccountId[] = []
  let looked = 0
  const consider = (position: number): void => {
    looked++
    const miner = candidates.at(position)
    if (seen.has(miner)) return
    seen.add(miner)
    if (candidates.fits(miner)) miners.push(miner)
  }
  const next = numbers(seed)
  for (let i = 0; i < DRAWS && miners.length < wanted; i++) consider(Number(next(BigInt(count))))
  const start = Number(next(BigInt(count)))
  for (let i = 0; i < Math.min(SCAN, count) && miners.length < wanted; i++)
    consider((start + i) % count)
  return { miners, looked }
}
