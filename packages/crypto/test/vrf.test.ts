import assert from 'node:assert/strict'
import { test } from 'node:test'
import { __tests } from '@scure/sr25519'
import { keyFromUri, Transcript, vrfAttach, vrfBytes, vrfSign, vrfVerify } from '../src/index.ts'

const text = (s: string) => new TextEncoder().encode(s)
const transcript = (seed: number): Transcript => {
  const t = new Transcript('BABE')
  t.append('slot number', Uint8Array.of(seed, 0, 0, 0, 0, 0, 0, 0))
  t.append('chain randomness', new Uint8Array(32).fill(7))
  return t
}

test('a transcript gives the challenges of an independent Merlin', () => {
  const { Merlin } = __tests as unknown as {
    Merlin: new (
      label: string,
    ) => {
      appendMessage(label: string, data: Uint8Array): void
      challengeBytes(label: string, length: number): Uint8Array
    }
  }
  for (const length of [0, 1, 165, 166, 167, 500]) {
    const ours = new Transcript('test protocol')
    const theirs = new Merlin('test protocol')
    const data = new Uint8Array(length).map((_, i) => i)
    ours.append('some label', data)
    theirs.appendMessage('some label', data)
    const a = ours.challenge('challenge', 200)
    assert.deepEqual(a, theirs.challengeBytes('challenge', 200))
    ours.append('more', text('x'))
    theirs.appendMessage('more', text('x'))
    assert.deepEqual(ours.challenge('again', 32), theirs.challengeBytes('again', 32))
  }
})

test('a VRF verifies, is deterministic, and depends on its transcript', () => {
  const alice = keyFromUri('//Alice', 'sr25519')
  const a = vrfSign(alice, transcript(1))
  const b = vrfSign(alice, transcript(1))
  assert.deepEqual(a.output, b.output)
  const checked = vrfVerify(alice.publicKey, transcript(1), a.output, a.proof)
  assert.ok(checked)
  assert.deepEqual(vrfAttach(alice.publicKey, transcript(1), a.output), checked)
  assert.equal(vrfBytes(checked, 'substrate-babe-vrf', 16).length, 16)
  assert.notDeepEqual(vrfSign(alice, transcript(2)).output, a.output)
})

test('a VRF proof is refused for another key, transcript, output, and when any byte is changed', () => {
  const alice = keyFromUri('//Alice', 'sr25519')
  const bob = keyFromUri('//Bob', 'sr25519')
  const { output, proof } = vrfSign(alice, transcript(1))
  assert.equal(vrfVerify(bob.publicKey, transcript(1), output, proof), undefined)
  assert.equal(vrfVerify(alice.publicKey, transcript(2), output, proof), undefined)
  const other = vrfSign(bob, transcript(1)).output
  assert.equal(vrfVerify(alice.publicKey, transcript(1), other, proof), undefined)
  for (const at of [0, 31, 32, 63]) {
    const bad = proof.slice()
    bad[at]! ^= 1
    assert.equal(vrfVerify(alice.publicKey, transcript(1), output, bad), undefined)
  }
  const identity = new Uint8Array(32)
  assert.equal(vrfVerify(alice.publicKey, transcript(1), identity, proof), undefined)
  assert.equal(vrfVerify(alice.publicKey, transcript(1), output, proof.slice(1)), undefined)
  assert.equal(vrfAttach(alice.publicKey, transcript(1), new Uint8Array(32).fill(255)), undefined)
})
