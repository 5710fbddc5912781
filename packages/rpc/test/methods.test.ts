import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { concat, type Hash, toHex, u32le, utf8 } from '@cess/bytes'
import { blake2b256, ss58Encode } from '@cess/crypto'
import { MemoryStore } from '@cess/ports'
import { GRANDPA_ENGINE, headerHash, type StateKey } from '@cess/primitives'
import { bytes, encode } from '@cess/scale'
import { verifyProof } from '@cess/trie'
import type { NodeKeys } from '../src/index.ts'
import { callHttp, type RpcAnswer } from './support/client.ts'
import { type Kit, openKit, type Served } from './support/kit.ts'
import { account, CHILD, KIND, METADATA, nonceKey, transfer, wire } from './support/toy-runtime.ts'

const hex = (text: string): string => toHex(utf8(text))
const latin1 = (text: string): StateKey => text as StateKey
const NOWHERE = `0x${'77'.repeat(32)}`

describe('methods over http', () => {
  let kit: Kit
  let served: Served
  let one: Hash
  let two: Hash
  const inserted: string[] = []
  const reserved: string[] = []
  const filters: string[] = []
  const keys: NodeKeys = {
    rotate: async () => new Uint8Array(64).fill(9),
    async insert(type, uri) {
      if (type !== 'babe') throw new RangeError(`there is no key type ${type}`)
      inserted.push(uri)
    },
    has: (publicKey, type) => type === 'gran' && publicKey[0] === 9,
  }

  before(async () => {
    kit = await openKit()
    one = await kit.grow({ transactions: [transfer({ nonce: 0 })] })
    two = await kit.grow({ transactions: [transfer({ nonce: 1, kind: KIND.child })] })
    await kit.chain.finalize(one, Uint8Array.of(1, 2, 3))
    const offchain = new MemoryStore()
    served = await kit.serve({
      services: {
        keys,
        offchain,
        reserved: {
          async add(address) {
            if (!address.includes('/p2p/')) throw new RangeError('a peer needs its /p2p/ id')
            reserved.push(address)
          },
          async remove(peer) {
            reserved.splice(reserved.indexOf(peer), 1)
          },
          list: () => reserved,
        },
        logFilter: { add: (text) => filters.push(text), reset: () => filters.splice(0) },
        grandpa: {
          roundState: () => ({
            setId: 1,
            best: {
              round: 5,
              totalWeight: 3,
              thresholdWeight: 3,
              prevotes: { currentWeight: 2, missing: ['x'] },
              precommits: { currentWeight: 0, missing: [] },
            },
            background: [],
          }),
          onJustification: () => () => undefined,
        },
        epochAuthorship: () => ({
          [account(1)]: { primary: [1], secondary: [2], secondary_vrf: [] },
        }),
      },
    })
  })
  after(() => kit.close())

  const ask = (method: string, ...params: unknown[]): Promise<RpcAnswer> =>
    callHttp(served.http, method, params)
  async function call(method: string, ...params: unknown[]): Promise<unknown> {
    const { result, error } = await ask(method, ...params)
    assert.equal(error, undefined, `${method}: ${error?.message}`)
    return result
  }
  async function fails(code: number, method: string, ...params: unknown[]): Promise<RpcAnswer> {
    const answer = await ask(method, ...params)
    assert.equal(answer.error?.code, code, `${method} answered ${JSON.stringify(answer)}`)
    return answer
  }

  it('lists every method it has, and has every method it lists', async () => {
    const { methods } = (await call('rpc_methods')) as { methods: string[] }
    assert.deepEqual(methods, [...methods].sort())
    assert.ok(methods.includes('rpc_methods'))
    for (const method of methods) {
      const { error } = await ask(method)
      assert.notEqual(error?.message, 'Method not found', method)
      assert.notEqual(error?.code, -32603, `${method} broke on no parameters: ${error?.message}`)
    }
  })

  it('survives parameters of the wrong kind in every method', async () => {
    const { methods } = (await call('rpc_methods')) as { methods: string[] }
    const odd: unknown[] = [null, true, -1, 1e300, '', '0x', '0xzz', [], [[[]]], {}, [null], 'é']
    for (const method of methods)
      for (const value of odd) {
        const { error } = await ask(method, value, value, value, value)
        assert.notEqual(error?.code, -32603, `${method}(${JSON.stringify(value)})`)
      }
  })

  it('answers chain_*', async () => {
    const header = kit.chain.header(two)!
    const json = (await call('chain_getHeader')) as Record<string, unknown>
    assert.equal(json['number'], '0x2')
    assert.equal(json['parentHash'], one)
    assert.equal(json['stateRoot'], header.stateRoot)
    assert.deepEqual(json, await call('chain_getHeader', two))
    assert.equal(await call('chain_getHeader', NOWHERE), null)
    await fails(-32602, 'chain_getHeader', '0x12')

    const block = (await call('chain_getBlock', one)) as {
      block: { header: unknown; extrinsics: string[] }
      justifications: unknown
    }
    assert.equal(block.block.extrinsics[1], wire(transfer({ nonce: 0 })))
    assert.deepEqual(block.justifications, [[[...GRANDPA_ENGINE], [1, 2, 3]]])
    assert.equal(((await call('chain_getBlock')) as typeof block).justifications, null)
    assert.equal(await call('chain_getBlock', NOWHERE), null)

    assert.equal(await call('chain_getBlockHash'), two)
    assert.equal(await call('chain_getHead', 0), kit.chain.genesisHash)
    assert.equal(await call('chain_getBlockHash', '0x1'), one)
    assert.equal(await call('chain_getBlockHash', 99), null)
    assert.deepEqual(await call('chain_getBlockHash', [0, '0x01', 7]), [
      kit.chain.genesisHash,
      one,
      null,
    ])
    await fails(-32602, 'chain_getBlockHash', -1)
    await fails(-32602, 'chain_getBlockHash', new Array(1001).fill(0))
    assert.equal(await call('chain_getFinalizedHead'), one)
    assert.equal(await call('chain_getFinalisedHead'), one)
  })

  it('gives headers that hash to their block', async () => {
    const header = kit.chain.header(two)!
    assert.equal(headerHash(header), two)
  })

  it('answers state_* reads', async () => {
    assert.equal(await call('state_getStorage', hex('counter')), toHex(u32le(2)))
    assert.equal(await call('state_getStorage', hex('counter'), one), toHex(u32le(1)))
    assert.equal(await call('state_getStorageAt', hex('nothing')), null)
    assert.equal(
      await call('state_getStorageHash', hex('counter'), one),
      toHex(blake2b256(u32le(1))),
    )
    assert.equal(await call('state_getStorageSize', hex('counter')), 4)
    assert.equal(await call('state_getStorageSize', hex('map:')), 6)
    assert.equal(await call('state_getStorageSize', hex('nothing')), null)
    await fails(-32602, 'state_getStorage', 'counter')
    await fails(-32602, 'state_getStorage', `0x${'00'.repeat(1025)}`)
    const unknown = await fails(4003, 'state_getStorage', hex('counter'), NOWHERE)
    assert.match(unknown.error!.message, /^Client error: UnknownBlock: /)
  })

  it('pages keys', async () => {
    const page = (start: string | null, count = 2) =>
      call('state_getKeysPaged', hex('map:'), count, start)
    // polkadot-js begins with the prefix as start key.
    assert.deepEqual(await page(hex('map:')), [hex('map:a'), hex('map:b')])
    assert.deepEqual(await page(null), [hex('map:a'), hex('map:b')])
    assert.deepEqual(await page(hex('map:b')), [hex('map:c')])
    assert.deepEqual(await page(hex('map:c')), [])
    assert.deepEqual(await page(null, 0), [])
    const { error } = await fails(4002, 'state_getKeysPaged', hex('map:'), 1001)
    assert.equal(error!.message, 'count exceeds maximum value. value: 1001, max: 1000')
    assert.deepEqual(
      await call('state_getKeys', hex('map:')),
      ['a', 'b', 'c'].map((x) => hex(`map:${x}`)),
    )
    assert.deepEqual(await call('state_getPairs', hex('map:b')), [[hex('map:b'), '0x0202']])
    const all = (await call('state_getKeysPaged', null, 1000)) as string[]
    assert.ok(all.includes(hex(':code')))
  })

  it('queries many keys at once, and over a range of blocks', async () => {
    assert.deepEqual(await call('state_queryStorageAt', [hex('counter'), hex('nothing')]), [
      {
        block: two,
        changes: [
          [hex('counter'), toHex(u32le(2))],
          [hex('nothing'), null],
        ],
      },
    ])
    assert.deepEqual(await call('state_queryStorage', [hex('map:a'), hex('counter')], one, two), [
      {
        block: one,
        changes: [
          [hex('map:a'), '0x01'],
          [hex('counter'), toHex(u32le(1))],
        ],
      },
      { block: two, changes: [[hex('counter'), toHex(u32le(2))]] },
    ])
    await fails(4001, 'state_queryStorage', [hex('counter')], two, one)
  })

  it('proves what it says', async () => {
    const { at, proof } = (await call(
      'state_getReadProof',
      [hex('counter'), hex('nothing')],
      one,
    )) as {
      at: string
      proof: string[]
    }
    assert.equal(at, one)
    const root = Uint8Array.fromHex(kit.chain.header(one)!.stateRoot.slice(2))
    const read = verifyProof(
      root,
      proof.map((entry) => Uint8Array.fromHex(entry.slice(2))),
      [latin1('counter'), latin1('nothing')],
    )
    assert.deepEqual(read.get(latin1('counter')), u32le(1))
    assert.equal(read.get(latin1('nothing')), undefined)
  })

  it('reads child tries', async () => {
    const child = hex(`:child_storage:default:${CHILD}`)
    assert.equal(await call('childstate_getStorage', child, hex('book')), toHex(u32le(1)))
    assert.equal(await call('childstate_getStorage', child, hex('book'), one), null)
    assert.equal(
      await call('childstate_getStorageHash', child, hex('book')),
      toHex(blake2b256(u32le(1))),
    )
    assert.equal(await call('childstate_getStorageSize', child, hex('book')), 4)
    assert.deepEqual(await call('childstate_getStorageEntries', child, [hex('book'), hex('x')]), [
      toHex(u32le(1)),
      null,
    ])
    assert.deepEqual(await call('childstate_getKeys', child, '0x'), [hex('book')])
    assert.deepEqual(await call('childstate_getKeysPaged', child, '0x', 5, null), [hex('book')])
    const proof = (await call('state_getChildReadProof', child, [hex('book')], two)) as {
      at: string
      proof: string[]
    }
    assert.equal(proof.at, two)
    assert.ok(proof.proof.length > 1)
    await fails(4003, 'childstate_getStorage', hex('shelf'), hex('book'))
  })

  it('calls the runtime', async () => {
    assert.equal(await call('state_call', 'Toy_counter', '0x'), toHex(u32le(2)))
    assert.equal(await call('state_callAt', 'Toy_counter', '0x', one), toHex(u32le(1)))
    const { error } = await fails(4003, 'state_call', 'Nothing_here', '0x')
    assert.match(error!.message, /^Client error: Execution failed: /)
    await fails(-32602, 'state_call', 'Toy_counter', 'x')
    await fails(-32602, 'state_call', 'T'.repeat(129), '0x')
    assert.equal(await call('state_getMetadata'), toHex(METADATA))
    assert.deepEqual(await call('state_getRuntimeVersion'), {
      specName: 'toy',
      implName: 'toy',
      authoringVersion: 1,
      specVersion: 2,
      implVersion: 3,
      apis: [['0xdf6acb689907609b', 5]],
      transactionVersion: 4,
      systemVersion: 1,
      stateVersion: 1,
    })
    await fails(4003, 'chain_getRuntimeVersion', NOWHERE)
  })

  it('answers system_*', async () => {
    assert.equal(await call('system_name'), 'toy-node')
    assert.equal(await call('system_version'), '1.2.3')
    assert.equal(await call('system_chain'), 'Toy Network')
    assert.equal(await call('system_chainType'), 'Local')
    assert.deepEqual(await call('system_properties'), {
      ss58Format: 11330,
      tokenDecimals: 18,
      tokenSymbol: 'TCESS',
    })
    assert.deepEqual(await call('system_health'), {
      peers: 1,
      isSyncing: false,
      shouldHavePeers: true,
    })
    assert.equal(await call('system_localPeerId'), '12D3KooWToy')
    assert.equal(((await call('system_localListenAddresses')) as string[]).length, 1)
    assert.deepEqual(await call('system_nodeRoles'), ['Full'])
    assert.deepEqual(await call('system_syncState'), {
      startingBlock: 0,
      currentBlock: 2,
      highestBlock: 2,
    })
    assert.deepEqual(await call('system_peers'), kit.services.network.peers())
    const network = (await call('system_unstable_networkState')) as { peerId: string }
    assert.equal(network.peerId, '12D3KooWToy')
  })

  it('keeps reserved peers and log filters', async () => {
    assert.equal(await call('system_addReservedPeer', '/ip4/1.2.3.4/tcp/1/p2p/12D3'), null)
    assert.deepEqual(await call('system_reservedPeers'), ['/ip4/1.2.3.4/tcp/1/p2p/12D3'])
    assert.equal(await call('system_removeReservedPeer', '/ip4/1.2.3.4/tcp/1/p2p/12D3'), null)
    await fails(2002, 'system_addReservedPeer', 'nonsense')
    await call('system_addLogFilter', 'sync=debug')
    assert.deepEqual(filters, ['sync=debug'])
    await call('system_resetLogFilter')
    assert.deepEqual(filters, [])
  })

  it('has no methods for parts that the node lacks', async () => {
    const bare = await kit.serve()
    const { methods } = (await callHttp(bare.http, 'rpc_methods')).result as { methods: string[] }
    for (const name of [
      'system_addReservedPeer',
      'system_addLogFilter',
      'offchain_localStorageGet',
    ])
      assert.ok(!methods.includes(name), name)
    assert.equal((await callHttp(bare.http, 'author_rotateKeys')).error?.code, 1040)
    assert.equal((await callHttp(bare.http, 'grandpa_roundState')).error?.code, 1)
  })

  it('counts nonces past the pool', async () => {
    const who = account(7)
    assert.equal(await call('system_accountNextIndex', ss58Encode(who)), 0)
    await kit.pool.submit(transfer({ account: who, nonce: 0 }), 'External')
    await kit.pool.submit(transfer({ account: who, nonce: 1 }), 'External')
    assert.equal(await call('system_accountNextIndex', ss58Encode(who)), 2)
    assert.equal(await call('account_nextIndex', who), 2)
    await fails(-32602, 'system_accountNextIndex', 'not an address')
    await fails(-32602, 'system_accountNextIndex', `${ss58Encode(who).slice(0, -1)}1`)
  })

  it('tells fees', async () => {
    const extrinsic = transfer({ nonce: 5 })
    assert.deepEqual(await call('payment_queryInfo', wire(extrinsic)), {
      weight: { ref_time: 1000, proof_size: 0 },
      class: 'normal',
      partialFee: String(extrinsic.length),
    })
    assert.deepEqual(await call('payment_queryFeeDetails', wire(extrinsic), one), {
      inclusionFee: {
        baseFee: '0x1',
        lenFee: `0x${extrinsic.length.toString(16)}`,
        adjustedWeightFee: '0x12c',
      },
    })
    await fails(4003, 'payment_queryInfo', '0x0800ff')
  })

  it('submits, lists and removes transactions', async () => {
    const extrinsic = transfer({ account: account(20), nonce: 0, tip: 9 })
    const hash = toHex(blake2b256(encode(bytes, extrinsic)))
    assert.equal(await call('author_submitExtrinsic', wire(extrinsic)), hash)
    const pending = (await call('author_pendingExtrinsics')) as string[]
    assert.ok(pending.includes(wire(extrinsic)))

    const again = await fails(1013, 'author_submitExtrinsic', wire(extrinsic))
    assert.equal(again.error!.message, 'Transaction Already Imported')
    const rival = transfer({ account: account(20), nonce: 0, tip: 8 })
    const low = await fails(1014, 'author_submitExtrinsic', wire(rival))
    assert.equal(low.error!.message, 'Priority is too low: (9 vs 8)')

    assert.deepEqual(await call('author_removeExtrinsic', [{ hash }]), [hash])
    const banned = await fails(1012, 'author_submitExtrinsic', wire(extrinsic))
    assert.equal(banned.error!.message, 'Transaction is temporarily banned')
    const other = transfer({ account: account(21), nonce: 0 })
    const otherHash = await call('author_submitExtrinsic', wire(other))
    assert.deepEqual(await call('author_removeExtrinsic', [{ extrinsic: wire(other) }]), [
      otherHash,
    ])
    await fails(-32602, 'author_removeExtrinsic', [{}])
    await fails(-32602, 'author_removeExtrinsic', [{ hash: { toString: 'x' } }])
  })

  it('refuses transactions in the words of Substrate', async () => {
    const refused = async (code: number, extrinsic: string) =>
      (await fails(code, 'author_submitExtrinsic', extrinsic)).error!
    const stale = await refused(1010, wire(transfer({ nonce: 0 })))
    assert.deepEqual(
      [stale.message, stale.data],
      ['Invalid Transaction', 'Transaction is outdated'],
    )
    const never = await refused(1010, wire(transfer({ nonce: 9, kind: KIND.never })))
    assert.deepEqual([never.message, never.data], ['Invalid Transaction', 'Custom error: 7'])
    const unknown = await refused(1011, wire(transfer({ nonce: 9, kind: KIND.unknown })))
    assert.equal(unknown.message, 'Unknown Transaction Validity')
    await refused(1019, wire(transfer({ nonce: 9, kind: KIND.noTags })))
    await refused(1002, wire(utf8('gibberish')))
    await refused(1001, '0x0c01')
    await refused(1001, '0x')
    await refused(-32602, 'hello')
  })

  it('keeps keys', async () => {
    assert.equal(await call('author_rotateKeys'), `0x${'09'.repeat(64)}`)
    assert.deepEqual(await call('author_rotateKeysWithOwner', '0x01'), {
      keys: `0x${'09'.repeat(64)}`,
    })
    assert.equal(await call('author_insertKey', 'babe', '//Alice', `0x${'09'.repeat(32)}`), null)
    assert.deepEqual(inserted, ['//Alice'])
    const { error } = await fails(1040, 'author_insertKey', 'xxxx', '//Alice', '0x00')
    assert.ok(!error!.message.includes('Alice'))
    assert.equal(await call('author_hasKey', `0x${'09'.repeat(32)}`, 'gran'), true)
    assert.equal(await call('author_hasKey', `0x${'01'.repeat(32)}`, 'gran'), false)
    assert.equal(await call('author_hasSessionKeys', `0x${'09'.repeat(64)}`), false)
    await fails(1040, 'author_hasSessionKeys', '0x09')
  })

  it('tries transactions out', async () => {
    const before = kit.chain.info()
    assert.equal(await call('system_dryRun', wire(transfer({ nonce: 2 }))), '0x0000')
    assert.equal(await call('system_dryRunAt', wire(transfer({ nonce: 2 })), one), '0x0000')
    assert.deepEqual(kit.chain.info(), before)
    assert.equal(await call('state_getStorage', toHex(utf8(nonceKey(account(1))))), toHex(u32le(2)))
  })

  it('answers grandpa_* and babe_*', async () => {
    assert.equal(((await call('grandpa_roundState')) as { setId: number }).setId, 1)
    const proof = (await call('grandpa_proveFinality', 1)) as string
    assert.equal(
      proof,
      toHex(
        concat(
          Uint8Array.fromHex(one.slice(2)),
          encode(bytes, Uint8Array.of(1, 2, 3)),
          Uint8Array.of(0),
        ),
      ),
    )
    const { error } = await fails(4, 'grandpa_proveFinality', 2)
    assert.match(error!.message, /not finalized yet/)
    await fails(-32602, 'grandpa_proveFinality', '1')
    assert.deepEqual(await call('babe_epochAuthorship'), {
      [account(1)]: { primary: [1], secondary: [2], secondary_vrf: [] },
    })
  })

  it('keeps offchain records', async () => {
    assert.equal(await call('offchain_localStorageGet', 'PERSISTENT', '0x01'), null)
    assert.equal(await call('offchain_localStorageSet', 'PERSISTENT', '0x01', '0x0203'), null)
    assert.equal(await call('offchain_localStorageGet', 'PERSISTENT', '0x01'), '0x0203')
    await call('offchain_localStorageClear', 'PERSISTENT', '0x01')
    assert.equal(await call('offchain_localStorageGet', 'PERSISTENT', '0x01'), null)
    await fails(5001, 'offchain_localStorageGet', 'LOCAL', '0x01')
  })

  it('answers chainSpec_v1_*', async () => {
    assert.equal(await call('chainSpec_v1_chainName'), 'Toy Network')
    assert.equal(await call('chainSpec_v1_genesisHash'), kit.chain.genesisHash)
    assert.deepEqual(await call('chainSpec_v1_properties'), kit.services.spec.properties)
  })

  it('sends no notifications over http', async () => {
    for (const method of [
      'chain_subscribeNewHead',
      'state_subscribeStorage',
      'author_submitAndWatchExtrinsic',
      'chainHead_v1_follow',
      'transaction_v1_broadcast',
    ]) {
      const { error } = await fails(
        -32601,
        method,
        method === 'chainHead_v1_follow' ? true : '0x00',
      )
      assert.match(error!.message, /WebSocket/)
    }
  })
})

describe('a node that prunes', () => {
  it('says that a state is gone', async () => {
    const kit = await openKit(1)
    const served = await kit.serve()
    const first = await kit.grow()
    for (let i = 0; i < 3; i++) await kit.chain.finalize(await kit.grow())
    const { error } = await callHttp(served.http, 'state_getStorage', ['0x00', first])
    assert.equal(error?.code, 4003)
    assert.match(error!.message, /State already discarded/)
    await kit.close()
  })
})
