import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_HASH } from '@cess/bytes'
import { ed25519FromSeed } from '@cess/crypto'
import {
  type GrandpaJustification,
  grandpaJustification,
  grandpaSigned,
  type Header,
  headerHash,
} from '@cess/primitives'
import { encode } from '@cess/scale'
import { grandpaThreshold, verifyJustification } from '../src/index.ts'
import { plainHeader } from './kit.ts'

const voters = [1, 2, 3, 4].map((n) => ed25519FromSeed(new Uint8Array(32).fill(n)))
const authorities = voters.map((v) => [v.publicKey, 1n as bigint] as const)
const target = plainHeader(7, ZERO_HASH)
const child = plainHeader(8, headerHash(target))
const fork = plainHeader(8, ZERO_HASH)

const vote = (voter: number, on: Header, targetNumber = on.number) => {
  const targetHash = headerHash(on)
  const message = { type: 'Precommit', value: { targetHash, targetNumber } } as const
  const signature = voters[voter]!.sign(encode(grandpaSigned, { message, round: 3n, setId: 2n }))
  return { targetHash, targetNumber, signature, id: voters[voter]!.publicKey }
}
const proof = (precommits: GrandpaJustification['precommits'], votesAncestries: Header[] = []) =>
  encode(grandpaJustification, {
    round: 3n,
    targetHash: headerHash(target),
    targetNumber: 7,
    precommits,
    votesAncestries,
  })

test('thresholds', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((n) => grandpaThreshold(authorities.slice(0, n))),
    [1n, 2n, 3n, 3n],
  )
})

test('accepts two thirds on the target and its descendants', () => {
  const good = proof([vote(0, target), vote(1, child), vote(2, child)], [child])
  assert.equal(verifyJustification(good, 2n, authorities).targetNumber, 7)
})

test('refuses forged proofs', () => {
  const three = [vote(0, target), vote(1, target), vote(2, target)]
  verifyJustification(proof(three), 2n, authorities)
  const bad = (bytes: Uint8Array, why: RegExp, setId = 2n, set = authorities) =>
    assert.throws(() => verifyJustification(bytes, setId, set), {
      code: 'BAD_JUSTIFICATION',
      message: why,
    })
  bad(proof(three), /signature/, 3n)
  bad(proof(three), /unknown/, 2n, authorities.slice(1))
  bad(proof([three[0]!, three[1]!, three[1]!]), /twice/)
  bad(proof(three.slice(1)), /two thirds/)
  bad(proof([...three.slice(1), vote(0, fork)], [fork]), /descend/)
  bad(proof([...three.slice(1), vote(0, child)]), /descend/)
  bad(proof([...three.slice(1), vote(0, target, 9)]), /number/)
  bad(proof([...three.slice(1), vote(0, child, 9)], [child]), /number/)
  bad(proof(three, [child]), /no vote needs/)
  bad(proof([...three.slice(1), vote(0, child)], [child, child]), /repeats/)
  bad(proof(three).slice(0, -1), /decode/)
  bad(proof([]), /empty/, 2n, [])
  bad(
    proof([]),
    /empty/,
    2n,
    authorities.map(([id]) => [id, 0n as bigint] as const),
  )
})
