import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat } from '@cess/bytes'
import { type Answer, prove, verify, verifyBatch } from '@cess/podr2'
import { alice, bytes, flipped, held, mallory, store } from './support/data.ts'
import { G1 } from './support/oracle.ts'

const fragment = bytes(4096, 'batched')
const answer = (miner: number, who = alice): Answer => {
  const challenge = {
    verifier: who.verifier,
    seed: bytes(32, `seed ${miner}`),
    tagger: who === alice ? 0 : 1,
    rows: [held(store(fragment, who), 0)],
  }
  return { ...challenge, proof: prove({ ...challenge, parameters: who.parameters }) }
}
const good = [0, 1, 2, 3, 4, 5, 6].map((i) => answer(i, i % 3 === 2 ? mallory : alice))
const bad = (a: Answer): Answer => ({ ...a, proof: flipped(a.proof, 49 * 8) })

test('right answers of many miners and taggers hold together', () => {
  assert.deepEqual(
    verifyBatch(good),
    good.map(() => true),
  )
  assert.deepEqual(verifyBatch([]), [])
  assert.deepEqual(verifyBatch([good[0]!, good[0]!]), [true, true])
})

test('exactly the wrong ones are found, and `verify` agrees', () => {
  for (let mask = 0; mask < 1 << good.length; mask += 41) {
    const mixed = good.map((a, i) => ((mask >> i) & 1 ? bad(a) : a))
    const alone = mixed.map((a) => verify(a.verifier, a.seed, a.tagger, a.rows, a.proof))
    assert.deepEqual(verifyBatch(mixed), alone)
    assert.deepEqual(
      alone,
      good.map((_, i) => !((mask >> i) & 1)),
    )
  }
})

test('malformed answers do not hide the others', () => {
  const malformed: Answer[] = [
    { ...good[0]!, proof: new Uint8Array(5) },
    { ...good[0]!, verifier: new Uint8Array(192) },
    { ...good[0]!, rows: [] },
    { ...good[0]!, seed: new Uint8Array(0) },
  ]
  assert.deepEqual(verifyBatch([malformed[0]!, good[1]!, ...malformed.slice(1), good[2]!]), [
    false,
    true,
    false,
    false,
    false,
    true,
  ])
})

test('attack: two wrong proofs whose errors cancel out in a plain sum', () => {
  const shift = (a: Answer, by: typeof G1.BASE): Answer => ({
    ...a,
    proof: concat(a.proof.subarray(0, 80), G1.fromBytes(a.proof.slice(80)).add(by).toBytes()),
  })
  const [a, b] = [shift(good[0]!, G1.BASE), shift(good[1]!, G1.BASE.negate())]
  assert.deepEqual(verifyBatch([a, b]), [false, false])
  assert.deepEqual(verifyBatch([a, b, good[2]!]), [false, false, true])
})

test('attack: the right answer of another miner', () => {
  const swapped = [
    { ...good[0]!, proof: good[1]!.proof },
    { ...good[1]!, proof: good[0]!.proof },
  ]
  assert.deepEqual(verifyBatch(swapped), [false, false])
})
