import assert from 'node:assert/strict'
import { test } from 'node:test'
import { u32le } from '@cess/bytes'
import { createSignatureVerifier, type KeyPair, keyFromUri, type VerifyJob } from '../src/index.ts'

const pairs = (['sr25519', 'ed25519', 'ecdsa'] as const).map((scheme) =>
  keyFromUri('//Alice', scheme),
)
const job = (pair: KeyPair, n: number): VerifyJob => {
  const message = u32le(n)
  return { scheme: pair.scheme, signature: pair.sign(message), message, publicKey: pair.publicKey }
}
const ask = (verifier: ReturnType<typeof createSignatureVerifier>, j: VerifyJob): boolean =>
  verifier.verify(j.scheme, j.signature, j.message, j.publicKey)

/** One right and several wrong jobs for each scheme. */
const mixed = (): { good: VerifyJob[]; bad: VerifyJob[] } => {
  const good = pairs.flatMap((pair) => [job(pair, 1), job(pair, 2)])
  const mallory = pairs.map(({ scheme }) => keyFromUri('//Mallory', scheme))
  const bad = good.flatMap((j, i) => [
    { ...j, message: u32le(99) },
    { ...j, signature: j.signature.map((b, at) => (at === 40 ? b ^ 1 : b)) },
    { ...j, signature: j.signature.slice(1) },
    { ...j, signature: new Uint8Array() },
    { ...j, publicKey: mallory[i >> 1]!.publicKey },
    { ...j, publicKey: new Uint8Array(5) },
    { ...j, publicKey: new Uint8Array(32) },
    { ...j, scheme: pairs[((i >> 1) + 1) % 3]!.scheme },
  ])
  return { good, bad }
}

for (const threads of [0, 2])
  test(`right is right and wrong is wrong with ${threads} threads, before and after priming`, async () => {
    const verifier = createSignatureVerifier({ threads })
    const { good, bad } = mixed()
    await verifier.prime([...good, ...bad])
    for (const j of good) assert.equal(ask(verifier, j), true, j.scheme)
    for (const j of bad) assert.equal(ask(verifier, j), false)
    // Asked again it comes from the cache, and is the same.
    for (const j of bad) assert.equal(ask(verifier, j), false)
    const fresh = createSignatureVerifier({ threads: 0 })
    for (const j of good) assert.equal(ask(fresh, j), true)
    await verifier.close()
    await fresh.close()
  })

test('an account id is enough to verify ecdsa, as transactions need', async () => {
  const verifier = createSignatureVerifier({ threads: 1 })
  const pair = keyFromUri('//Alice', 'ecdsa')
  const j = { ...job(pair, 1), publicKey: pair.accountId }
  const wrong = { ...j, publicKey: keyFromUri('//Bob', 'ecdsa').accountId }
  await verifier.prime([j, wrong])
  assert.equal(ask(verifier, j), true)
  assert.equal(ask(verifier, wrong), false)
  await verifier.close()
})

test('a verdict belongs to exactly one signature, message, key and scheme', () => {
  const verifier = createSignatureVerifier({ threads: 0 })
  const j = job(pairs[0]!, 7)
  assert.equal(ask(verifier, j), true)
  // The same bytes cut at other places must not find the cached verdict.
  const joined = new Uint8Array([...j.publicKey, ...j.message])
  const moved = { ...j, publicKey: joined.slice(0, 33), message: joined.slice(33) }
  assert.equal(ask(verifier, moved), false)
  const longer = {
    ...j,
    signature: new Uint8Array([...j.signature, ...j.publicKey.slice(0, 1)]),
    publicKey: j.publicKey.slice(1),
  }
  assert.equal(ask(verifier, longer), false)
  assert.equal(ask(verifier, j), true)
})

test('the cache stays within its size and forgets nothing but time', () => {
  const verifier = createSignatureVerifier({ threads: 0, cacheSize: 3 })
  const jobs = Array.from({ length: 10 }, (_, i) => job(pairs[1]!, i))
  for (let round = 0; round < 2; round++) for (const j of jobs) assert.equal(ask(verifier, j), true)
  assert.equal(ask(verifier, { ...jobs[0]!, message: u32le(77) }), false)
})

test('many jobs are shared between the threads and all come back', async () => {
  const verifier = createSignatureVerifier({ threads: 2 })
  const jobs = Array.from({ length: 150 }, (_, i) => job(pairs[1]!, i))
  const wrong = jobs.map((j) => ({ ...j, message: u32le(1_000) }))
  await Promise.all([verifier.prime(jobs), verifier.prime(wrong), verifier.prime([])])
  assert.ok(jobs.every((j) => ask(verifier, j)))
  assert.ok(wrong.every((j) => !ask(verifier, j)))
  await verifier.close()
})

test('closing ends what is under way; verifying goes on without threads', async () => {
  const verifier = createSignatureVerifier({ threads: 1 })
  const jobs = Array.from({ length: 200 }, (_, i) => job(pairs[1]!, i))
  const priming = verifier.prime(jobs)
  await verifier.close()
  await priming
  await verifier.prime(jobs)
  assert.equal(ask(verifier, jobs[0]!), true)
  assert.equal(ask(verifier, { ...jobs[0]!, message: u32le(5) }), false)
  await verifier.close()
})
