import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { ecdsaFromSeed, ed25519FromSeed } from '@cess/crypto'
import { VirtualClock } from '@cess/ports'
import { accountOf, connectChain } from '../src/index.ts'
import { DAVE, EVE } from './support/kit.ts'
import { eventually, type Network, startNetwork } from './support/network.ts'

const transfer = ({ chain }: Network, value = 5n) =>
  chain.tx.Balances.transfer_keep_alive({ dest: { type: 'Id', value: EVE.id }, value })

describe('a client of the chain', () => {
  let net: Network
  before(async () => {
    net = await startNetwork()
  })
  after(() => net.stop())
  afterEach(() => net.chain.releaseFinality())

  test('a transaction is signed so that a node takes it, and its events come back', async () => {
    const { block, events, index } = await net.remote.submit(DAVE.pair, transfer(net))
    assert.equal(index, 0)
    assert.equal(block.number, net.chain.blocks.length - 1)
    assert.deepEqual(events.find(({ name }) => name === 'Balances.Transfer')?.data, {
      from: DAVE.id,
      to: EVE.id,
      amount: 5n,
    })
  })

  for (const pair of [
    ed25519FromSeed(new Uint8Array(32).fill(1)),
    ecdsaFromSeed(new Uint8Array(32).fill(2)),
  ])
    test(`${pair.scheme} signs as well`, async () => {
      const dest = { type: 'Id', value: accountOf(pair) } as const
      const value = 10n ** 18n
      await net.remote.submit(DAVE.pair, net.chain.tx.Balances.transfer_keep_alive({ dest, value }))
      await net.remote.submit(pair, transfer(net))
    })

  test('a call that fails in its block is told by the name and sentence of the chain', async () => {
    const call = net.chain.tx.Oss.cancel_authorize({ oss: EVE.id })
    await assert.rejects(net.remote.submit(DAVE.pair, call), {
      code: 'CALL_FAILED',
      error: 'Oss.NoAuthorization',
      message: /This account has not authorised that operator/,
    })
  })

  test('unless told otherwise it waits until nothing can take the block back', async () => {
    net.chain.holdFinality()
    let done = false
    const final = net.remote.submit(DAVE.pair, transfer(net)).finally(() => {
      done = true
    })
    await net.remote.submit(EVE.pair, transfer(net), { until: 'inBlock' })
    assert.equal(done, false)
    net.chain.releaseFinality()
    await final
  })

  test('what the pool drops or replaces is told', async () => {
    for (const [said, message] of [
      ['invalid', /"invalid"/],
      ['dropped', /"dropped"/],
      [{ usurped: net.chain.hashOf(1) }, /took its place/],
    ] as const) {
      net.node.behaviour.say = said
      await assert.rejects(net.remote.submit(DAVE.pair, transfer(net)), {
        code: 'REJECTED',
        message,
      })
    }
  })

  test('a transaction is found although the connection broke while it waited', async () => {
    net.node.behaviour.hold = true
    const sent = net.remote.submit(DAVE.pair, transfer(net, 77n))
    await eventually(() => net.node.waiting() === 1)
    net.node.drop()
    net.node.behaviour.hold = false
    net.chain.empty(3)
    // The node's subscription is gone with the connection; the block comes all the same.
    const { remote } = net
    await remote.finalizedHead().catch(() => undefined)
    try {
      net.node.include()
    } catch {
      // Its notification finds no socket.
    }
    const { events } = await sent
    assert.ok(events.some(({ data }) => data['amount'] === 77n))
  })

  test('a transaction that gets into no block in its lifetime has expired', async () => {
    net.node.behaviour.hold = true
    const sent = net.remote.submit(DAVE.pair, transfer(net))
    await eventually(() => net.node.waiting() === 1)
    net.node.drop()
    net.node.behaviour.hold = false
    net.chain.empty(70)
    await assert.rejects(sent, { code: 'EXPIRED' })
  })

  test('finalized blocks are followed in order, over gaps and broken connections', async () => {
    const seen: number[] = []
    const end = net.remote.follow(({ number }) => void seen.push(number))
    await eventually(() => seen.length === 1)
    net.chain.holdFinality()
    net.chain.empty(5)
    net.chain.releaseFinality()
    net.node.drop()
    net.chain.empty(3)
    await eventually(() => seen.at(-1) === net.chain.finalizedNumber())
    end()
    assert.deepEqual(
      seen,
      seen.map((_, i) => seen[0]! + i),
    )
    assert.ok(seen.length >= 9)
  })

  test('storage is read by key and listed, at the block that was asked for', async () => {
    const { query } = await net.remote.finalized()
    const listed = await Array.fromAsync(query.Sminer.MinerItems.entries())
    assert.equal(listed.length, 12)
    const [[miner], info] = listed[0]!
    assert.deepEqual(await query.Sminer.MinerItems(miner), info)
    const early = net.remote.at(net.chain.hashOf(1)).query
    assert.equal((await Array.fromAsync(early.Sminer.MinerItems.entries())).length, 1)
  })

  test('a node of another network is refused', async () => {
    const genesisHash = `0x${'99'.repeat(32)}` as never
    await assert.rejects(
      connectChain({ endpoints: [net.node.url], clock: new VirtualClock(), genesisHash }),
      { code: 'WRONG_CHAIN' },
    )
  })
})

describe('a node that is gone', () => {
  test('is told at once when there never was one', async () => {
    await assert.rejects(
      connectChain({ endpoints: ['ws://127.0.0.1:9', 'no address'], clock: new VirtualClock() }),
      { code: 'UNREACHABLE' },
    )
  })

  test('does not keep a transaction waiting for ever', async () => {
    const clock = new VirtualClock()
    const net = await startNetwork(clock)
    net.node.behaviour.hold = true
    let failed: unknown
    const sent = net.remote.submit(DAVE.pair, transfer(net)).catch((error: unknown) => {
      failed = error
    })
    await eventually(() => net.node.waiting() === 1)
    await net.stop()
    net.remote.close()
    await sent
    assert.equal((failed as { code: string }).code, 'CLOSED')
  })

  test('after two minutes without one the fate of a transaction is left open', async () => {
    const clock = new VirtualClock()
    const net = await startNetwork(clock)
    net.node.behaviour.hold = true
    let failed: unknown
    const sent = net.remote.submit(DAVE.pair, transfer(net)).catch((error: unknown) => {
      failed = error
    })
    await eventually(() => net.node.waiting() === 1)
    await net.node.stop()
    await eventually(() => {
      void clock.advance(5_000)
      return failed !== undefined
    })
    await sent
    assert.equal((failed as { code: string }).code, 'CONNECTION_LOST')
    net.remote.close()
  })
})
