// Behaviour only: umbral-pre is another curve and GPL, and is installed for tests and benchmarks alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as umbral from '@nucypher/umbral-pre'
import { openShares } from '../src/index.ts'
import { GRANTEE, grant, STRANGER } from './support.ts'

/** What happens with these shares (from 0) of 3 of 5, opened by the grantee or somebody else. */
interface Case {
  readonly shares: readonly number[]
  readonly stranger?: boolean
}
const CASES: readonly Case[] = [
  { shares: [0, 1, 2] },
  { shares: [4, 2, 0] },
  { shares: [0, 1, 2, 3, 4] },
  { shares: [0, 1] },
  { shares: [] },
  { shares: [0, 1, 2], stranger: true },
]

function ours({ shares, stranger }: Case): boolean {
  const { key, ...given } = grant()
  try {
    const opened = openShares({
      ...given,
      shares: shares.map((i) => given.shares[i]!),
      secret: (stranger ? STRANGER : GRANTEE).secret,
    })
    return opened.toHex() === key.toHex()
  } catch {
    return false
  }
}

function theirs({ shares, stranger }: Case): boolean {
  const [alice, bob, eve] = [1, 2, 3].map(() => umbral.SecretKey.random()) as [
    umbral.SecretKey,
    umbral.SecretKey,
    umbral.SecretKey,
  ]
  const text = Uint8Array.of(1, 2, 3)
  const [capsule, sealed] = umbral.encrypt(alice.publicKey(), text)
  const signer = new umbral.Signer(alice)
  const fragments = umbral.generateKFrags(alice, bob.publicKey(), signer, 3, 5, true, true)
  const made = shares.map((i) => umbral.reencrypt(capsule, fragments[i]!))
  try {
    const who = stranger ? eve : bob
    const opened = umbral.decryptReencrypted(who, alice.publicKey(), capsule, made, sealed)
    return opened.toHex() === text.toHex()
  } catch {
    return false
  }
}

for (const one of CASES)
  test(`opens or not as umbral-pre does: ${JSON.stringify(one)}`, () =>
    assert.equal(ours(one), theirs(one)))
