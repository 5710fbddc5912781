import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Hash, toHex, u32le, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { header as headerCodec } from '@cess/primitives'
import { encode } from '@cess/scale'
import { type Client, connect, type Stream } from './support/client.ts'
import { type Kit, openKit, type Served } from './support/kit.ts'
import { account, CHILD, KIND, transfer, wire } from './support/toy-runtime.ts'

type Event = Record<string, unknown> & { readonly event: string }
const hex = (text: string): string => toHex(utf8(text))

describe('chainHead_v1', () => {
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

  const follow = (withRuntime = true): Promise<Stream> =>
    client.subscribe('chainHead_v1_follow', [withRuntime])
  const next = async (stream: Stream): Promise<Event> => (await stream.next()) as Event
  async function fails(code: number, method: string, ...params: unknown[]): Promise<void> {
    const { error } = await client.ask(method, params)
    assert.equal(error?.code, code, `${method}: ${JSON.stringify(error)}`)
  }

  it('begins with the finalized blocks, the forks above them and the best', async () => {
    const a1 = await kit.grow()
    await kit.chain.finalize(a1)
    const a2 = await kit.grow()
    const b2 = await kit.grow({ parent: a1, salt: 1 })
    const stream = await follow()
    const first = await next(stream)
    assert.equal(first.event, 'initialized')
    assert.deepEqual(first['finalizedBlockHashes'], [kit.chain.genesisHash, a1])
    assert.deepEqual(first['finalizedBlockRuntime'], {
      type: 'valid',
      spec: {
        specName: 'toy',
        implName: 'toy',
        specVersion: 2,
        implVersion: 3,
        transactionVersion: 4,
        apis: { '0xdf6acb689907609b': 5 },
      },
    })
    const blocks = [await next(stream), await next(stream)]
    assert.deepEqual(new Set(blocks.map((event) => event['blockHash'])), new Set([a2, b2]))
    assert.deepEqual(blocks[0], {
      event: 'newBlock',
      blockHash: blocks[0]!['blockHash'],
      parentBlockHash: a1,
      newRuntime: null,
    })
    assert.deepEqual(await next(stream), { event: 'bestBlockChanged', bestBlockHash: a2 })
    assert.deepEqual(new Set(stream.names), new Set(['chainHead_v1_followEvent']))
  })

  it('tells of new, best, finalized and pruned blocks', async () => {
    const stream = await follow(false)
    assert.deepEqual(await next(stream), {
      event: 'initialized',
      finalizedBlockHashes: [kit.chain.genesisHash],
    })
    const a1 = await kit.grow()
    assert.deepEqual(await next(stream), {
      event: 'newBlock',
      blockHash: a1,
      parentBlockHash: kit.chain.genesisHash,
    })
    assert.deepEqual(await next(stream), { event: 'bestBlockChanged', bestBlockHash: a1 })
    const b1 = await kit.grow({ parent: kit.chain.genesisHash, salt: 1 })
    assert.equal((await next(stream))['blockHash'], b1)
    await kit.chain.finalize(b1)
    assert.deepEqual(await next(stream), { event: 'bestBlockChanged', bestBlockHash: b1 })
    assert.deepEqual(await next(stream), {
      event: 'finalized',
      finalizedBlockHashes: [b1],
      prunedBlockHashes: [a1],
    })
    // Its header is still pinned; the rest went with the fork.
    assert.match(String(await client.call('chainHead_v1_header', [stream.id, a1])), /^0x/)
    await client.call('chainHead_v1_body', [stream.id, a1])
    assert.equal((await next(stream)).event, 'operationInaccessible')
  })

  it('reads headers, bodies and runtime calls', async () => {
    const block = await kit.grow({ transactions: [transfer({ nonce: 0 })] })
    const stream = await follow()
    for (let i = 0; i < 3; i++) await stream.next()
    assert.equal(
      await client.call('chainHead_v1_header', [stream.id, block]),
      toHex(encode(headerCodec, kit.chain.header(block)!)),
    )
    const body = (await client.call('chainHead_v1_body', [stream.id, block])) as Event
    assert.equal(body['result'], 'started')
    const done = await next(stream)
    assert.deepEqual(
      { ...done, value: (done['value'] as string[]).slice(1) },
      {
        event: 'operationBodyDone',
        operationId: body['operationId'],
        value: [wire(transfer({ nonce: 0 }))],
      },
    )
    for (const empty of ['', '0x']) {
      await client.call('chainHead_v1_call', [stream.id, block, 'Toy_counter', empty])
      const answered = await next(stream)
      assert.equal(answered.event, 'operationCallDone')
      assert.equal(answered['output'], toHex(u32le(1)))
    }
    await client.call('chainHead_v1_call', [stream.id, block, 'Nothing', '0x'])
    assert.equal((await next(stream)).event, 'operationError')
  })

  it('tells of an operation before its results', async () => {
    const stream = await follow()
    await stream.next()
    const from = client.log.length
    await client.call('chainHead_v1_call', [stream.id, kit.chain.genesisHash, 'Toy_counter', ''])
    await stream.next()
    assert.ok('id' in (client.log[from] as object))
    assert.ok('method' in (client.log[from + 1] as object))
  })

  it('reads storage of every kind', async () => {
    const block = await kit.grow({ transactions: [transfer({ nonce: 0, kind: KIND.child })] })
    const stream = await follow()
    for (let i = 0; i < 3; i++) await stream.next()
    const items = [
      { key: hex(':code'), type: 'hash' },
      { key: hex('counter'), type: 'value' },
      { key: hex('nothing'), type: 'value' },
      { key: hex('map:'), type: 'descendantsValues' },
      { key: hex('map:b'), type: 'descendantsHashes' },
    ]
    const started = await client.call('chainHead_v1_storage', [stream.id, block, items, null])
    assert.equal((started as Event)['discardedItems'], 0)
    const code = kit.chain.stateAt(block).get(':code' as never)!
    assert.deepEqual((await next(stream))['items'], [
      { key: hex(':code'), hash: toHex(blake2b256(code)) },
      { key: hex('counter'), value: toHex(u32le(1)) },
      { key: hex('map:a'), value: '0x01' },
      { key: hex('map:b'), value: '0x0202' },
      { key: hex('map:c'), value: '0x030303' },
      { key: hex('map:b'), hash: toHex(blake2b256(Uint8Array.of(2, 2))) },
    ])
    assert.equal((await next(stream)).event, 'operationStorageDone')

    const inChild = [{ key: hex('book'), type: 'value' }]
    await client.call('chainHead_v1_storage', [stream.id, block, inChild, hex(CHILD)])
    assert.deepEqual((await next(stream))['items'], [{ key: hex('book'), value: toHex(u32le(0)) }])
    await stream.next()
  })

  it('gives Merkle values that change with what is below, and with nothing else', async () => {
    const stream = await follow()
    await stream.next()
    async function merkle(block: Hash, prefix: string): Promise<unknown> {
      const items = [{ key: prefix, type: 'closestDescendantMerkleValue' }]
      await client.call('chainHead_v1_storage', [stream.id, block, items, null])
      const first = await next(stream)
      if (first.event === 'operationStorageDone') return undefined
      await stream.next()
      return (first['items'] as Event[])[0]!['closestDescendantMerkleValue']
    }
    const { genesisHash } = kit.chain
    const block = await kit.grow({ transactions: [transfer({ nonce: 0 })] })
    await stream.next()
    await stream.next()
    assert.equal(await merkle(block, '0x'), kit.chain.header(block)!.stateRoot)
    assert.equal(await merkle(genesisHash, '0x'), kit.chain.header(genesisHash)!.stateRoot)
    assert.equal(await merkle(block, hex('map:')), await merkle(genesisHash, hex('map:')))
    assert.notEqual(await merkle(block, hex('counter')), await merkle(genesisHash, hex('counter')))
    assert.equal(await merkle(block, hex('nothing')), undefined)
    assert.equal(await merkle(block, hex('map:a and more')), undefined)
  })

  it('pages what is long, and waits for the client', async () => {
    const transactions = Array.from({ length: 200 }, (_, i) =>
      transfer({ account: account(i), nonce: 0 }),
    )
    const block = await kit.grow({ transactions })
    const stream = await follow()
    for (let i = 0; i < 3; i++) await stream.next()
    const items = [{ key: hex('nonce:'), type: 'descendantsValues' }]
    const { operationId } = (await client.call('chainHead_v1_storage', [
      stream.id,
      block,
      items,
      null,
    ])) as { operationId: string }
    assert.equal(((await next(stream))['items'] as unknown[]).length, 128)
    assert.equal((await next(stream)).event, 'operationWaitingForContinue')
    await client.call('chainHead_v1_continue', [stream.id, operationId])
    assert.equal(((await next(stream))['items'] as unknown[]).length, 72)
    assert.equal((await next(stream)).event, 'operationStorageDone')
    assert.equal(await client.call('chainHead_v1_continue', [stream.id, operationId]), null)

    const second = (await client.call('chainHead_v1_storage', [stream.id, block, items, null])) as {
      operationId: string
    }
    await stream.next()
    await stream.next()
    await client.call('chainHead_v1_stopOperation', [stream.id, second.operationId])
    assert.equal(await client.call('chainHead_v1_continue', [stream.id, second.operationId]), null)
    await client.call('system_name')
    assert.equal(stream.waiting.length, 0)
  })

  it('discards queries past its limit, and begins no more than 16 operations', async () => {
    const stream = await follow()
    await stream.next()
    const { genesisHash } = kit.chain
    const query = { key: hex('counter'), type: 'value' }
    const many = new Array(300).fill(query)
    const started = (await client.call('chainHead_v1_storage', [
      stream.id,
      genesisHash,
      many,
      null,
    ])) as Event
    assert.equal(started['discardedItems'], 44)
    const calls = Array.from({ length: 20 }, (_, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'chainHead_v1_call',
      params: [stream.id, genesisHash, 'Toy_counter', ''],
    }))
    const answers = (await client.raw(JSON.stringify(calls))) as { result: Event }[]
    const results = answers.map((answer) => answer.result['result'])
    assert.equal(results.filter((result) => result === 'started').length, 15)
    assert.equal(results.filter((result) => result === 'limitReached').length, 5)
  })

  it('knows what is pinned', async () => {
    const stream = await follow(false)
    await stream.next()
    const { genesisHash } = kit.chain
    const nowhere = `0x${'88'.repeat(32)}`
    await fails(-32801, 'chainHead_v1_body', stream.id, nowhere)
    await fails(-32801, 'chainHead_v1_unpin', stream.id, [genesisHash, nowhere])
    await fails(-32804, 'chainHead_v1_unpin', stream.id, [genesisHash, genesisHash])
    await fails(-32802, 'chainHead_v1_call', stream.id, genesisHash, 'Toy_counter', '')
    await fails(-32602, 'chainHead_v1_storage', stream.id, genesisHash, [{ key: '0x', type: 'x' }])
    await fails(-32602, 'chainHead_v1_follow', 'yes')
    assert.equal(await client.call('chainHead_v1_unpin', [stream.id, genesisHash]), null)
    await fails(-32801, 'chainHead_v1_header', stream.id, genesisHash)
  })

  it('waits for continue only where it asked', async () => {
    const stream = await follow()
    await stream.next()
    const batch = [
      {
        method: 'chainHead_v1_call',
        params: [stream.id, kit.chain.genesisHash, 'Toy_counter', ''],
      },
      { method: 'chainHead_v1_continue', params: [stream.id, 'op1'] },
    ].map((call, id) => ({ jsonrpc: '2.0', id, ...call }))
    const answers = (await client.raw(JSON.stringify(batch))) as { error?: { code: number } }[]
    assert.equal(answers[1]!.error?.code, -32803)
  })

  it('forgives calls on a subscription that is over', async () => {
    const stream = await follow()
    const { genesisHash } = kit.chain
    assert.equal(await client.call('chainHead_v1_unfollow', [stream.id]), null)
    assert.equal(await client.call('chainHead_v1_unfollow', [stream.id]), null)
    assert.equal(await client.call('chainHead_v1_header', [stream.id, genesisHash]), null)
    assert.deepEqual(await client.call('chainHead_v1_body', [stream.id, genesisHash]), {
      result: 'limitReached',
    })
    assert.equal(await client.call('chainHead_v1_unpin', [stream.id, genesisHash]), null)
  })

  it('allows four subscriptions', async () => {
    const streams: Stream[] = []
    for (let i = 0; i < 4; i++) streams.push(await follow())
    await fails(-32800, 'chainHead_v1_follow', true)
    await client.call('chainHead_v1_unfollow', [streams[0]!.id])
    await follow()
  })

  it('stops a client that keeps blocks pinned for too long', async () => {
    const stream = await follow()
    await stream.next()
    const a1 = await kit.grow()
    await kit.chain.finalize(a1)
    await kit.clock.advance(30_000)
    await kit.grow()
    await kit.clock.advance(30_001)
    const last = await kit.grow()
    const events = []
    do events.push(await next(stream))
    while (events.at(-1)?.event !== 'stop')
    assert.ok(!events.some((event) => event['blockHash'] === last))
    assert.deepEqual(await client.call('chainHead_v1_body', [stream.id, a1]), {
      result: 'limitReached',
    })
  })

  it('stops a client that pins too many blocks, and not one that releases them', async () => {
    const greedy = await follow()
    const tidy = await follow()
    const release = async (): Promise<void> => {
      await client.call('system_name')
      const hashes = tidy.waiting.splice(0).flatMap((event) => (event as Event)['blockHash'] ?? [])
      if (hashes.length > 0) await client.call('chainHead_v1_unpin', [tidy.id, hashes])
    }
    for (let nonce = 0; nonce < 520; nonce++) {
      if (nonce % 100 === 0) await release()
      const transactions = [transfer({ nonce })]
      await kit.grow({ parent: kit.chain.genesisHash, weight: 0, transactions })
    }
    await client.call('system_name')
    assert.equal((greedy.waiting.at(-1) as Event).event, 'stop')
    assert.equal((tidy.waiting.at(-1) as Event).event, 'newBlock')
  })
})
