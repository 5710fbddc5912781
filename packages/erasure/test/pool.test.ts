import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { equal } from '@cess/bytes'
import { createErasurePool, createReedSolomon, sharedShards } from '@cess/erasure'
import { createThreads } from '../src/threads.ts'
import { bytes, dataShards, without } from './support/shards.ts'

const pool = createErasurePool({ threads: 2 })
after(() => pool.close())
const code = createReedSolomon(4, 8)

test('gives the bytes of one thread, for shards of every size', async () => {
  for (const length of [1, 63, 65_537, 131_072, 131_073, 400_001]) {
    const data = dataShards(4, length)
    const expected = code.encode(data)
    const parity = await pool.encode(code, data)
    assert.ok(
      parity.every((shard, i) => equal(shard, expected[i]!)),
      `${length} bytes`,
    )
    const all = [...data, ...parity]
    const found = await pool.reconstruct(
      code,
      without(all, (i) => i % 3 !== 0),
    )
    assert.equal(found.size, 8)
    for (const [i, shard] of found) assert.ok(equal(shard, all[i]!))
  }
})

test('reads shards in shared memory, in part or as a whole', async () => {
  const data = sharedShards(4, 300_000)
  for (const [i, shard] of data.entries()) shard.set(bytes(300_000, i))
  const expected = code.encode(data)
  const parity = await pool.encode({ dataShards: 4, parityShards: 8 }, data)
  assert.ok(parity.every((shard, i) => equal(shard, expected[i]!)))
  const mixed = [undefined, data[1]!.slice(), data[2], undefined, ...parity]
  const found = await pool.reconstruct(code, mixed, [3])
  assert.deepEqual([...found.keys()], [3])
  assert.ok(equal(found.get(3)!, data[3]!))
})

test('writes into shared memory that is given, and into no other', async () => {
  const data = dataShards(4, 140_000)
  const into = sharedShards(8, 140_000)
  const parity = await pool.encode(code, data, into)
  assert.ok(parity.every((shard, i) => shard === into[i]))
  const all = [...data, ...parity]
  const [target] = sharedShards(1, 140_000)
  const found = await pool.reconstruct(
    code,
    without(all, (i) => i < 8),
    [2],
    [target!],
  )
  assert.ok(found.get(2) === target && equal(target!, data[2]!))
  const own = [new Uint8Array(140_000)]
  const one = without(all, (i) => i === 0)
  await assert.rejects(pool.reconstruct(code, one, [0], own), { code: 'BAD_PARAMETER' })
  await assert.rejects(pool.encode(code, data, into.slice(1)), { code: 'BAD_LENGTH' })
})

test('many jobs at a time, of many codes', async () => {
  const jobs = Array.from({ length: 30 }, async (_, i) => {
    const rs = createReedSolomon(1 + (i % 11), i % 5)
    const data = dataShards(rs.dataShards, 1000 * i + 1, i)
    const [got, expected] = [await pool.encode(rs, data), rs.encode(data)]
    assert.equal(got.length, expected.length)
    assert.ok(got.every((shard, j) => equal(shard, expected[j]!)))
  })
  await Promise.all(jobs)
})

test('refuses what one thread refuses', async () => {
  const data = dataShards(4, 10)
  const none = without([...data, ...code.encode(data)], (i) => i > 2)
  await assert.rejects(pool.encode(code, data.slice(1)), { code: 'BAD_LENGTH' })
  await assert.rejects(pool.encode({ dataShards: 0, parityShards: 1 }, []), {
    code: 'BAD_PARAMETER',
  })
  await assert.rejects(pool.reconstruct(code, none), { code: 'TOO_FEW_SHARDS' })
  await assert.rejects(pool.reconstruct(code, none, [12]), { code: 'BAD_INDEX' })
  for (const threads of [0, -1, 1.5, 65, Number.NaN])
    assert.throws(() => createErasurePool({ threads }), { code: 'BAD_PARAMETER' })
})

test('close rejects what has not finished and what comes after', async () => {
  const closing = createErasurePool({ threads: 1 })
  const running = closing.encode(code, dataShards(4, 200_000))
  const rejected = assert.rejects(running, { name: 'ErasureError', code: 'CLOSED' })
  await closing.close()
  await rejected
  await assert.rejects(closing.encode(code, dataShards(4, 10)), { code: 'CLOSED' })
  await closing.close()
})

test('a worker that throws or dies fails its jobs and is replaced', async () => {
  const threads = createThreads<string>(new URL('./support/bad-worker.ts', import.meta.url), 1)
  const failed = { name: 'ErasureError', code: 'WORKER_FAILED' }
  await assert.rejects(threads.run('refuse'), failed)
  for (const way of ['throw', 'exit']) {
    const both = [threads.run(way), threads.run('hang')]
    await Promise.all(both.map((job) => assert.rejects(job, failed)))
    await threads.run('work')
  }
  await threads.close()
})

test('an idle pool does not keep the process alive', () => {
  const script = fileURLToPath(new URL('./support/exits.ts', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(status, 0)
  assert.equal(stdout, '8\n')
})
