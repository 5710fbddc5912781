import { type Hex, toHex } from '@cess/bytes'
import { type GrandpaAuthorities, grandpaThreshold } from './justification.ts'

/** Who votes, and how much each vote weighs. */
export interface VoterSet {
  readonly setId: bigint
  /** In byte order, as finality-grandpa's `VoterSet` keeps them. */
  readonly ids: readonly Hex[]
  readonly total: bigint
  /** Weight that decides. */
  readonly threshold: bigint
  /** `undefined` for those who are not in the set. */
  weight(id: Hex): bigint | undefined
  /** Who may hint at a block to vote for in this round. */
  primary(round: bigint): Hex
}

/** `undefined` when nobody has a vote. */
export function createVoterSet(
  setId: bigint,
  authorities: GrandpaAuthorities,
): VoterSet | undefined {
  const weights = new Map<Hex, bigint>()
  for (const [key, weight] of authorities) {
    const id = toHex(key)
    if (weight > 0n) weights.set(id, (weights.get(id) ?? 0n) + weight)
  }
  const ids = [...weights.keys()].sort()
  if (ids.length === 0) return undefined
  return {
    setId,
    ids,
    total: [...weights.values()].reduce((sum, weight) => sum + weight, 0n),
    threshold: grandpaThreshold(authorities),
    weight: (id) => weights.get(id),
    primary: (round) => ids[Number(round % BigInt(ids.length))]!,
  }
}
