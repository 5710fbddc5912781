import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTransactionPool } from '@cess/chain'
import { createNetwork, ROLE } from '@cess/network'
import { noMetrics, silentLogger, systemClock } from '@cess/ports'
import { createSync } from '../src/index.ts'
import { grow, openChain, verify } from './support/kit.ts'

async function start(seed: number, genesis?: string) {
  const chain = await openChain(genesis)
  const network = await createNetwork({
    identity: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootnodes: [],
    clock: systemClock,
    logger: silentLogger,
    metrics: noMetrics,
  })
  const pool = createTransactionPool({ chain, clock: systemClock })
  const deps = { chain, network, pool, clock: systemClock, logger: silentLogger, verify }
  const sync = createSync({ ...deps, role: ROLE.full })
  await network.start()
  sync.start()
  return {
    chain,
    network,
    pool,
    sync,
    reaches: (number: number) =>
      new Promise<void>((resolve) => {
        const look = () => chain.info().bestNumber >= number && resolve()
        chain.subscribe(look)
        look()
      }),
    async stop() {
      await sync.stop()
      pool.close()
      await network.stop()
      await chain.close()
    },
  }
}

test('over TCP: catching up, then block by block, with transactions', async () => {
  const [a, b, other] = await Promise.all([start(1), start(2), start(3, 'another network')])
  try {
    await grow(a.chain, 300)
    await b.network.dial(a.network.addresses()[0]!)
    await other.network.dial(a.network.addresses()[0]!)
    await b.reaches(300)
    assert.equal(b.chain.info().bestHash, a.chain.info().bestHash)

    const arrived = new Promise((resolve) => a.pool.onImported(resolve))
    await b.pool.submit(Uint8Array.of(1, 2, 3), 'Local')
    await arrived
    await grow(a.chain, 1, { transactions: a.pool.pending() })
    await b.reaches(301)
    assert.equal(b.chain.body(b.chain.info().bestHash)?.length, 2)
    assert.deepEqual(
      b.sync.peers().map(({ peerId, bestNumber }) => [peerId, bestNumber]),
      [[a.network.peerId, 301]],
    )
    assert.deepEqual(
      a.sync.peers().map(({ peerId }) => peerId),
      [b.network.peerId],
    )
  } finally {
    await Promise.all([a.stop(), b.stop(), other.stop()])
  }
})
