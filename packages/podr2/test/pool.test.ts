import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTagPool } from '@cess/podr2'
import { alice, bytes } from './support/data.ts'

const secretSeed = bytes(32, 'alice')
const pool = createTagPool({ secretSeed, threads: 2 })
after(() => pool.close())
const fragments = [4096, 63_488, 200_000, 4096, 8192, 70_000].map((n, i) => bytes(n, `pool ${i}`))
const id = (i: number): Uint8Array => bytes(32, `pool id ${i}`)

test('makes the tags that one thread makes, of more fragments than threads', async () => {
  const tags = await Promise.all(fragments.map((f, i) => pool.tag(id(i), f)))
  tags.forEach((t, i) => {
    assert.deepEqual(t, alice.tag(id(i), fragments[i]!))
  })
})

test('leaves the seed and the fragment to the caller, and reads shared memory', async () => {
  assert.deepEqual(secretSeed, bytes(32, 'alice'))
  const shared = new Uint8Array(new SharedArrayBuffer(4096))
  shared.set(fragments[0]!)
  assert.deepEqual(await pool.tag(id(0), shared), alice.tag(id(0), fragments[0]!))
  assert.equal(fragments[0]!.length, 4096)
})

test('refuses what a tagger refuses', async () => {
  await assert.rejects(pool.tag(id(0), new Uint8Array(0)), { code: 'BAD_LENGTH' })
  await assert.rejects(pool.tag(id(0).subarray(1), fragments[0]!), { code: 'BAD_LENGTH' })
  const bad =
    (threads: number, seed = secretSeed) =>
    () =>
      createTagPool({ secretSeed: seed, threads })
  for (const threads of [0, 65, 1.5, Number.NaN])
    assert.throws(bad(threads), { code: 'BAD_THREADS' })
  assert.throws(bad(1, secretSeed.subarray(1)), { code: 'BAD_SEED' })
})

test('a closed pool rejects running, waiting and new jobs', async () => {
  const closing = createTagPool({ secretSeed, threads: 1 })
  const jobs = fragments.map((f, i) => closing.tag(id(i), f))
  const settled = Promise.allSettled(jobs)
  await closing.close()
  for (const result of await settled) {
    assert.equal(result.status, 'rejected')
    assert.equal(result.reason.code, 'CLOSED')
  }
  await assert.rejects(closing.tag(id(0), fragments[0]!), { code: 'CLOSED' })
  await closing.close()
})
