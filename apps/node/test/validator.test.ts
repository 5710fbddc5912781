import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, eventually, heights, run, scratch, start } from './support/process.ts'

test('a validator that is killed goes on where it was, and finality with it', async () => {
  const dir = scratch()
  const args = ['--chain', 'dev', '--dev-key', '//Alice', '-d', dir]
  const first = await start(args)
  await eventually('block 3 is best', async () => (await heights(first)).best >= 3)
  const before = await heights(first)
  const kept = await call(first, 'chain_getBlockHash', [before.finalized])
  await first.end('SIGKILL')
  const second = await start(args)
  const after = await heights(second)
  assert.ok(after.best >= before.best, `${after.best} after ${before.best}`)
  assert.equal(await call(second, 'chain_getBlockHash', [before.finalized]), kept)
  await eventually('more is final', async () => {
    const { finalized } = await heights(second)
    return finalized > before.best
  })
  await second.end('SIGTERM')
})

test('a full node follows from genesis and gets finality; another network’s node gets nothing', async () => {
  const dir = scratch()
  const dev = ['--chain', 'dev', '-d']
  const author = await start([...dev, join(dir, 'a'), '--dev-key', '//Alice'])
  await eventually('block 2 is best', async () => (await heights(author)).best >= 2)
  const follower = await start([...dev, join(dir, 'b'), '--bootnodes', ...author.addresses])
  const stranger = await start([
    ...['--chain', 'local', '-d', join(dir, 'c')],
    ...['--bootnodes', ...author.addresses],
  ])
  await eventually(
    'the follower has finality',
    async () => (await heights(follower)).finalized >= 2,
  )
  const two = await call(author, 'chain_getBlockHash', [2])
  assert.equal(await call(follower, 'chain_getBlockHash', [2]), two)
  assert.equal((await heights(stranger)).best, 0)
  const health = (await call(stranger, 'system_health')) as { peers: number }
  assert.equal(health.peers, 0)
  await Promise.all([author, follower, stranger].map((node) => node.end('SIGTERM')))
})

test('a second process on the same data, and data of another network, are refused with the reason', async () => {
  const dir = scratch()
  const node = await start(['--chain', 'dev', '-d', dir])
  const port = new URL(node.rpc).port
  const quiet = ['--listen-addr', '/ip4/127.0.0.1/tcp/0', '--log-level', 'silent']
  const twice = await run([...quiet, '--chain', 'dev', '-d', dir, '--rpc-port', '0'])
  assert.equal(twice.code, 1)
  assert.match(twice.errors, /another process/i)
  const taken = await run([...quiet, '--chain', 'dev', '--tmp', '--rpc-port', port])
  assert.equal(taken.code, 1)
  assert.match(taken.errors, /another program uses it/)
  await node.end('SIGTERM')
})
