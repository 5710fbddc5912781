import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { toHex, u32le, utf8 } from '@cess/bytes'
import { type Client, connect, type Stream } from './support/client.ts'
import { type Kit, openKit, type Served } from './support/kit.ts'
import { account, transfer, wire } from './support/toy-runtime.ts'

const hex = (text: string): string => toHex(utf8(text))
const numbers = (headers: unknown[]): number[] =>
  headers.map((header) => Number((header as { number: string }).number))

describe('streams', () => {
  let kit: Kit
  let served: Served
  let client: Client

  beforeEach(async () => {
    kit = await openKit()
    served = await kit.serve()
    client = await connect(served.ws)
  })
  afterEach(async () => {
    await client.close()
    await kit.close()
  })

  it('follows heads under every name', async () => {
    const names = [
      ['chain_subscribeNewHeads', 'chain_unsubscribeNewHeads', 'chain_newHead'],
      ['chain_subscribeNewHead', 'chain_unsubscribeNewHead', 'chain_newHead'],
      ['subscribe_newHead', 'unsubscribe_newHead', 'chain_newHead'],
      ['chain_subscribeAllHeads', 'chain_unsubscribeAllHeads', 'chain_allHead'],
      ['chain_subscribeFinalizedHeads', 'chain_unsubscribeFinalizedHeads', 'chain_finalizedHead'],
      ['chain_subscribeFinalisedHeads', 'chain_unsubscribeFinalisedHeads', 'chain_finalizedHead'],
    ] as const
    const streams: Stream[] = []
    for (const [subscribe] of names) streams.push(await client.subscribe(subscribe))
    const a1 = await kit.grow()
    await kit.grow({ parent: kit.chain.genesisHash, salt: 1 })
    const a2 = await kit.grow({ parent: a1 })
    await kit.chain.finalize(a2)
    for (const [i, [, unsubscribe, name]] of names.entries()) {
      const stream = streams[i]!
      assert.equal(await client.call(unsubscribe, [stream.id]), true)
      assert.equal(await client.call(unsubscribe, [stream.id]), false)
      assert.deepEqual(new Set(stream.names), new Set([name]))
      const seen = numbers(stream.waiting)
      if (name === 'chain_newHead') assert.deepEqual(seen, [0, 1, 2])
      if (name === 'chain_allHead') assert.deepEqual(seen, [0, 1, 1, 2])
      if (name === 'chain_finalizedHead') assert.deepEqual(seen, [0, 1, 2])
    }
    const before = client.log.length
    await kit.grow()
    await client.call('system_name')
    assert.equal(client.log.length, before + 1, 'nothing follows an unsubscription')
  })

  it('does not end a stream by the wrong method', async () => {
    const stream = await client.subscribe('chain_subscribeNewHead')
    assert.equal(await client.call('state_unsubscribeStorage', [stream.id]), false)
    assert.equal(await client.call('chain_unsubscribeNewHead', ['sub999']), false)
    await assert.rejects(client.call('chain_unsubscribeNewHead', []), /-32602/)
    await kit.grow()
    await stream.next()
    assert.deepEqual(numbers([await stream.next()]), [1])
  })

  it('follows the best chain to another fork', async () => {
    const stream = await client.subscribe('chain_subscribeNewHead')
    const storage = await client.subscribe('state_subscribeStorage', [[hex('counter')]])
    await kit.grow({ transactions: [transfer({ nonce: 0 })] })
    const b1 = await kit.grow({ parent: kit.chain.genesisHash, salt: 1, transactions: [] })
    // Finality decides for the other fork.
    await kit.chain.finalize(b1)
    await client.call('system_name')
    assert.deepEqual(numbers(stream.waiting), [0, 1, 1])
    assert.deepEqual(
      storage.waiting.map((set) => (set as { changes: string[][] }).changes[0]![1]),
      [0, 1, 0].map((n) => toHex(u32le(n))),
    )
  })

  it('tells the runtime version at once', async () => {
    for (const group of ['state', 'chain']) {
      const stream = await client.subscribe(`${group}_subscribeRuntimeVersion`)
      assert.equal(((await stream.next()) as { specVersion: number }).specVersion, 2)
      assert.deepEqual(stream.names, ['state_runtimeVersion'])
      assert.equal(await client.call(`${group}_unsubscribeRuntimeVersion`, [stream.id]), true)
    }
  })

  it('tells storage at once, then what changes', async () => {
    const keys = [hex('counter'), hex('map:a'), hex('nothing'), hex('counter')]
    const first = await client.subscribe('state_subscribeStorage', [keys])
    const second = await client.subscribe('state_subscribeStorage', [[hex('counter')]])
    assert.deepEqual(await first.next(), {
      block: kit.chain.genesisHash,
      changes: [
        [hex('counter'), toHex(u32le(0))],
        [hex('map:a'), '0x01'],
        [hex('nothing'), null],
      ],
    })
    await second.next()
    await kit.grow()
    const block = await kit.grow({ transactions: [transfer({ nonce: 0 })] })
    const change = { block, changes: [[hex('counter'), toHex(u32le(1))]] }
    assert.deepEqual(await first.next(), change)
    assert.deepEqual(await second.next(), change)
    assert.equal(await client.call('state_unsubscribeStorage', [first.id]), true)
    await kit.grow({ transactions: [transfer({ nonce: 1 })] })
    await second.next()
    assert.equal(first.waiting.length, 0)
  })

  it('does not watch everything, nor too much', async () => {
    for (const params of [[], [null]])
      await assert.rejects(client.call('state_subscribeStorage', params), /-32602/)
    const many = Array.from({ length: 4097 }, (_, i) => toHex(u32le(i)))
    await assert.rejects(client.call('state_subscribeStorage', [many]), /-32602/)
    // All clients together.
    const range = (from: number): string[][] => [
      Array.from({ length: 4096 }, (_, i) => toHex(u32le(from * 4096 + i))),
    ]
    for (let i = 0; i < 8; i++) await client.call('state_subscribeStorage', range(i))
    await assert.rejects(client.call('state_subscribeStorage', range(8)), /4000 This node watches/)
    await client.close()
    client = await connect(served.ws)
    await client.call('state_subscribeStorage', range(8))
  })

  it('follows a transaction to finality', async () => {
    const stream = await client.subscribe('author_submitAndWatchExtrinsic', [
      wire(transfer({ nonce: 0 })),
    ])
    assert.equal(await stream.next(), 'ready')
    const block = await kit.grow()
    assert.deepEqual(await stream.next(), { inBlock: block })
    await kit.chain.finalize(block)
    assert.deepEqual(await stream.next(), { finalized: block })
    assert.deepEqual(new Set(stream.names), new Set(['author_extrinsicUpdate']))
    // It has ended by itself.
    assert.equal(await client.call('author_unwatchExtrinsic', [stream.id]), false)
  })

  it('tells of waiting, usurped and invalid transactions', async () => {
    const waits = await client.subscribe('author_submitAndWatchExtrinsic', [
      wire(transfer({ nonce: 1 })),
    ])
    assert.equal(await waits.next(), 'future')
    const loser = await client.subscribe('author_submitAndWatchExtrinsic', [
      wire(transfer({ nonce: 0 })),
    ])
    assert.equal(await loser.next(), 'ready')
    assert.equal(await waits.next(), 'ready')
    const winner = transfer({ nonce: 0, tip: 5 })
    const hash = await client.call('author_submitExtrinsic', [wire(winner)])
    assert.deepEqual(await loser.next(), { usurped: hash })
    const doomed = transfer({ account: account(3), nonce: 0 })
    const doomedStream = await client.subscribe('author_submitAndWatchExtrinsic', [wire(doomed)])
    assert.equal(await doomedStream.next(), 'ready')
    const doomedHash = [...kit.pool.ready()].find((tx) => tx.extrinsic[1] === 3)!.hash
    await client.call('author_removeExtrinsic', [[{ hash: doomedHash }]])
    assert.equal(await doomedStream.next(), 'invalid')
    const stale = await client.ask('author_submitAndWatchExtrinsic', [wire(utf8('nonsense'))])
    assert.equal(stale.error?.code, 1002)
  })

  it('tells the new nonce before it tells that the transaction is in a block', async () => {
    const nonce = await client.subscribe('state_subscribeStorage', [[hex(`nonce:${account(1)}`)]])
    await nonce.next()
    const tx = await client.subscribe('author_submitAndWatchExtrinsic', [
      wire(transfer({ nonce: 0 })),
    ])
    await tx.next()
    const from = client.log.length
    await kit.grow()
    await tx.next()
    const order = client.log.slice(from).map((note) => (note as { method: string }).method)
    assert.deepEqual(order, ['state_storage', 'author_extrinsicUpdate'])
  })

  it('streams justifications', async () => {
    assert.equal((await client.ask('grandpa_subscribeJustifications', [])).error?.code, 1)
    const listeners = new Set<(justification: Uint8Array) => void>()
    const { ws } = await kit.serve({
      services: {
        grandpa: {
          roundState: () => assert.fail('nobody asks for it'),
          onJustification(listener) {
            listeners.add(listener)
            return () => listeners.delete(listener)
          },
        },
      },
    })
    const other = await connect(ws)
    const stream = await other.subscribe('grandpa_subscribeJustifications')
    for (const listener of listeners) listener(Uint8Array.of(7, 7))
    assert.equal(await stream.next(), '0x0707')
    assert.equal(await other.call('grandpa_unsubscribeJustifications', [stream.id]), true)
    assert.equal(listeners.size, 0)
    await other.close()
  })

  it('answers the id before anything else, in a batch too', async () => {
    await client.raw(
      JSON.stringify([
        { jsonrpc: '2.0', id: 1, method: 'chain_subscribeNewHead' },
        { jsonrpc: '2.0', id: 2, method: 'state_subscribeStorage', params: [[hex('counter')]] },
      ]),
    )
    await client.call('system_name')
    const [answer, ...notes] = client.log as [{ result: string }[], ...{ method: string }[]]
    assert.equal(answer.length, 2)
    assert.deepEqual(
      notes.slice(0, 2).map((note) => note.method),
      ['chain_newHead', 'state_storage'],
    )
  })

  it('forgets a client that goes', async () => {
    await client.subscribe('chain_subscribeNewHead')
    await client.subscribe('state_subscribeStorage', [[hex('counter')]])
    await client.subscribe('author_submitAndWatchExtrinsic', [wire(transfer({ nonce: 0 }))])
    client.socket.terminate()
    const other = await connect(served.ws)
    await other.call('system_name')
    await kit.grow()
    await other.close()
  })
})
