import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNetwork, ROLE } from '@cess/network'
import { noMetrics, silentLogger, systemClock } from '@cess/ports'
import { createGrandpa, grandpaGossip } from '../../src/index.ts'
import { child, fakeChain } from '../support/fake-chain.ts'
import { authoritiesOf, pairOf } from '../support/simulation.ts'

test('three voters and a follower finalize over TCP', async () => {
  const pairs = [0, 1, 2].map(pairOf)
  const nodes = await Promise.all(
    [...pairs, undefined].map(async (pair, i) => {
      const chain = fakeChain(authoritiesOf(pairs))
      const network = await createNetwork({
        identity: new Uint8Array(32).fill(i + 1),
        listen: ['/ip4/127.0.0.1/tcp/0'],
        bootnodes: [],
        clock: systemClock,
        logger: silentLogger,
        metrics: noMetrics,
      })
      const role = pair ? ROLE.authority : ROLE.full
      const gossip = grandpaGossip(network, chain.info().genesisHash, role)
      const grandpa = createGrandpa({
        chain,
        keys: pair ? [pair] : [],
        clock: systemClock,
        logger: silentLogger,
        gossip: gossip.port,
        gossipDurationMs: 10,
        justificationPeriod: 1,
        voteLag: 0,
      })
      gossip.connect(grandpa)
      await network.start()
      grandpa.start()
      return { chain, network, grandpa }
    }),
  )
  try {
    const [first, ...others] = nodes
    for (const { network } of others) await network.dial(first!.network.addresses()[0]!)
    for (let number = 1; number <= 3; number++) {
      const header = child(first!.chain.header(first!.chain.info().bestHash)!)
      const final = nodes.map(
        ({ chain }) =>
          new Promise<void>((resolve) => {
            const stop = chain.subscribe((event) => {
              if (event.type !== 'finalized') return
              stop()
              resolve()
            })
          }),
      )
      for (const { chain } of nodes) chain.add(header)
      await Promise.all(final)
    }
    assert.deepEqual(
      nodes.map(({ chain }) => chain.info().finalizedNumber),
      [3, 3, 3, 3],
    )
  } finally {
    await Promise.all(nodes.map(({ grandpa }) => grandpa.stop()))
    await Promise.all(nodes.map(({ network }) => network.stop()))
  }
})
