import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { utf8 } from '@cess/bytes'
import { type Client, connect } from './support/client.ts'
import { type Kit, openKit, type Served } from './support/kit.ts'
import { account, KIND, transfer, wire } from './support/toy-runtime.ts'

describe('transaction_v1 and transactionWatch_v1', () => {
  let kit: Kit
  let served: Served
  let client: Client
  beforeEach(async () => {
    kit = await openKit()
    // Virtual time leaps past what real sockets need to answer a ping.
    served = await kit.serve({ limits: { pingMs: 1e9 } })
    client = await connect(served.ws)
  })
  afterEach(async () => {
    await client.close()
    await kit.close()
  })

  it('broadcasts until it is told to stop', async () => {
    const id = await client.call('transaction_v1_broadcast', [wire(transfer({ nonce: 0 }))])
    assert.equal(typeof id, 'string')
    await kit.pool.settled()
    assert.equal(kit.pool.status().ready, 1)
    assert.equal(await client.call('transaction_v1_stop', [id]), null)
    await assert.rejects(client.call('transaction_v1_stop', [id]), /-32602/)
  })

  it('tries again what was not valid', async () => {
    const extrinsic = transfer({ nonce: 0 })
    await client.call('transaction_v1_broadcast', [wire(extrinsic)])
    await kit.pool.settled()
    kit.pool.remove([...kit.pool.ready()].map((tx) => tx.hash))
    assert.equal(kit.pool.status().ready, 0)
    // Out it stays while it is banned.
    await kit.grow()
    await kit.pool.settled()
    assert.equal(kit.pool.status().ready, 0)
    await kit.clock.advance(31 * 60_000)
    await kit.grow()
    await kit.pool.settled()
    assert.equal(kit.pool.status().ready, 1)
  })

  it('broadcasts in vain what is no extrinsic, and 16 at once', async () => {
    assert.equal(typeof (await client.call('transaction_v1_broadcast', ['0x0c01'])), 'string')
    await assert.rejects(client.call('transaction_v1_broadcast', ['hello']), /-32602/)
    for (let i = 0; i < 15; i++)
      await client.call('transaction_v1_broadcast', [
        wire(transfer({ account: account(i), nonce: 0 })),
      ])
    assert.equal(
      await client.call('transaction_v1_broadcast', [wire(transfer({ nonce: 9 }))]),
      null,
    )
  })

  it('stops when the client goes', async () => {
    await client.call('transaction_v1_broadcast', [
      wire(transfer({ nonce: 0, kind: KIND.unknown })),
    ])
    await client.close()
    await kit.grow()
    await kit.pool.settled()
    client = await connect(served.ws)
  })

  it('watches a transaction to finality', async () => {
    const stream = await client.subscribe('transactionWatch_v1_submitAndWatch', [
      wire(transfer({ nonce: 0 })),
    ])
    assert.deepEqual(await stream.next(), { event: 'validated' })
    const hash = await kit.grow()
    const block = { hash, index: 1 }
    assert.deepEqual(await stream.next(), { event: 'bestChainBlockIncluded', block })
    await kit.chain.finalize(hash)
    assert.deepEqual(await stream.next(), { event: 'finalized', block })
    assert.deepEqual(new Set(stream.names), new Set(['transactionWatch_v1_watchEvent']))
    assert.equal(await client.call('transactionWatch_v1_unwatch', [stream.id]), false)
  })

  it('tells of a retracted block', async () => {
    const stream = await client.subscribe('transactionWatch_v1_submitAndWatch', [
      wire(transfer({ nonce: 0 })),
    ])
    await stream.next()
    await kit.grow()
    await stream.next()
    await kit.grow({ parent: kit.chain.genesisHash, salt: 1, weight: 9, transactions: [] })
    assert.deepEqual(await stream.next(), { event: 'bestChainBlockIncluded', block: null })
  })

  it('tells why a transaction is refused, as an event', async () => {
    const refused = async (extrinsic: string) => {
      const stream = await client.subscribe('transactionWatch_v1_submitAndWatch', [extrinsic])
      return (await stream.next()) as { event: string; error: string }
    }
    assert.deepEqual(await refused(wire(transfer({ nonce: 0, kind: KIND.never }))), {
      event: 'invalid',
      error: 'Invalid Transaction: Custom error: 7',
    })
    assert.equal((await refused(wire(utf8('nonsense')))).event, 'invalid')
    assert.equal((await refused('0x0c01')).event, 'invalid')
    const known = wire(transfer({ nonce: 0 }))
    await client.call('author_submitExtrinsic', [known])
    assert.equal((await refused(known)).event, 'error')
  })
})
