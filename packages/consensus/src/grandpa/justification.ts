import { type Hash, toHex } from '@cess/bytes'
import { ed25519Verify } from '@cess/crypto'
import {
  type GrandpaJustification,
  grandpaJustification,
  grandpaSigned,
  type Header,
  headerHash,
} from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import { ConsensusError } from '../errors.ts'

export type GrandpaAuthorities = readonly (readonly [id: Uint8Array, weight: bigint])[]

/** Weight that decides: total − (total − 1) / 3 (finality-grandpa voter_set). */
export function grandpaThreshold(authorities: GrandpaAuthorities): bigint {
  const total = authorities.reduce((sum, [, weight]) => sum + weight, 0n)
  return total - (total - 1n) / 3n
}

const bad = (why: string): never => {
  throw new ConsensusError('BAD_JUSTIFICATION', `The finality proof is refused: ${why}.`)
}

/**
 * Decodes and checks an encoded justification against one authority set. Stricter than the SDK: every voter
 * counts once, also an equivocating one. @throws ConsensusError BAD_JUSTIFICATION
 */
export function verifyJustification(
  bytes: Uint8Array,
  setId: bigint,
  authorities: GrandpaAuthorities,
): GrandpaJustification {
  let proof: GrandpaJustification
  try {
    proof = decode(grandpaJustification, bytes)
  } catch {
    return bad('it does not decode')
  }
  // Nobody's votes would be two thirds of nothing.
  if (!authorities.some(([, weight]) => weight > 0n)) bad('the authority set is empty')
  if (proof.precommits.length > authorities.length) bad('it has more votes than voters')
  const weights = new Map<string, bigint>(authorities.map(([id, weight]) => [toHex(id), weight]))
  const headers = new Map<Hash, Header>(proof.votesAncestries.map((h) => [headerHash(h), h]))
  if (headers.size !== proof.votesAncestries.length) bad('it repeats a header')
  const used = new Set<Hash>()
  let sum = 0n
  for (const { id, signature, targetHash, targetNumber } of proof.precommits) {
    const key = toHex(id)
    const weight = weights.get(key) ?? bad('a voter is unknown or votes twice')
    weights.delete(key)
    walk(targetHash as Hash, targetNumber, proof, headers, used)
    const message = { type: 'Precommit', value: { targetHash, targetNumber } } as const
    const signed = encode(grandpaSigned, { message, round: proof.round, setId })
    if (!ed25519Verify(signature, signed, id)) bad('a signature is wrong')
    sum += weight
  }
  if (sum < grandpaThreshold(authorities)) bad('it has less than two thirds of the votes')
  if (used.size !== headers.size) bad('it carries headers that no vote needs')
  return proof
}

/** Follows a vote down to the target. Headers walked before are known to lead there, so the whole proof costs O(headers). */
function walk(
  from: Hash,
  number: number,
  proof: GrandpaJustification,
  headers: ReadonlyMap<Hash, Header>,
  used: Set<Hash>,
): void {
  let at = from
  let height = number
  while (at !== proof.targetHash) {
    const header = headers.get(at) ?? bad('a vote does not descend from the target')
    if (header.number !== height) bad('a vote names a wrong number')
    if (used.has(at)) return
    used.add(at)
    at = header.parentHash as Hash
    height--
  }
  if (height !== proof.targetNumber) bad('a vote names a wrong number')
}
