import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, type Hash } from '@cess/bytes'
import type { Block } from '@cess/primitives'
import { block as blockCodec } from '@cess/primitives'
import { encode } from '@cess/scale'
import { memoryState } from '@cess/state'
import { writeGenesis } from '../src/genesis.ts'
import { createRuntime, DEVNET, localPreset } from '../src/index.ts'
import { idOf, realChain, to } from './support/chain.ts'

const TOKEN = 10n ** 18n

test('genesis: every account and pot is there, and all balances are the issuance', () => {
  const chain = realChain()
  chain.read(() => {
    const { System, Balances, Session, Grandpa, Babe, StorageHandler, Sminer } = chain.pallets
    let sum = 0n
    for (const [, { data }] of chain.use(System).storage.Account.entries())
      sum += data.free + data.reserved
    assert.equal(sum, chain.use(Balances).issuance())
    assert.equal(chain.use(Session).validators().length, 3)
    assert.equal(chain.use(Grandpa).authorities().length, 3)
    assert.equal(chain.use(Babe).authorities().length, 3)
    assert.equal(chain.use(StorageHandler).leases.cost(1n, 30n), 30n * TOKEN)
    assert.ok(chain.use(Balances).free(chain.use(Sminer).faucet.pot) > 0n)
  })
})

test('a network without validators, or with one of them twice, does not begin', () => {
  const { runtime } = createRuntime(DEVNET, { verifier: { verify: () => false } })
  const { genesis } = localPreset()
  const [first] = genesis.validators
  const write = (validators: typeof genesis.validators) =>
    writeGenesis(runtime, { ...genesis, validators }, memoryState())
  assert.throws(() => write([]), /one validator at least/)
  assert.throws(() => write([first!, first!]), /listed twice/)
})

test('blocks with transactions come to the same state on a node that only imports them', () => {
  const chain = realChain()
  const { tx } = chain
  const before = chain.free(idOf('//Bob'))
  for (let i = 0; i < 5; i++) {
    const xts = [
      chain.sign('//Alice', tx.Balances.transfer_keep_alive({ dest: to('//Bob'), value: TOKEN })),
      chain.sign(
        '//Dave',
        tx.StorageHandler.mint_territory({
          gibCount: 1,
          territoryName: new Uint8Array([65 + i]),
          days: 30,
        }),
      ),
      chain.sign('//Eve', tx.Oss.authorize({ operator: idOf(`//Operator//${i}`) })),
    ]
    const made = chain.grow(xts, { author: i % 3 })
    assert.equal(made.extrinsics.length, 4)
    assert.equal(chain.events().filter((e) => e.name === 'System.ExtrinsicSuccess').length, 4)
  }
  assert.equal(chain.free(idOf('//Bob')) - before, 5n * TOKEN)
  assert.equal(chain.imported.storageRoot().toHex(), chain.state.storageRoot().toHex())
})

test('a failed transaction pays its fee, moves its nonce and is in the block', () => {
  const chain = realChain()
  const { tx } = chain
  const had = chain.free(idOf('//Dave'))
  const value = 10n ** 30n
  const made = chain.grow([
    chain.sign('//Dave', tx.Balances.transfer_keep_alive({ dest: to('//Bob'), value })),
  ])
  assert.equal(made.extrinsics.length, 2)
  const failed = chain.events().find((e) => e.name === 'System.ExtrinsicFailed')!
  assert.deepEqual(failed.data['dispatchError'], { type: 'Token', value: 'FundsUnavailable' })
  const fee = had - chain.free(idOf('//Dave'))
  assert.ok(fee > 0n && fee < TOKEN)
  assert.equal(
    chain.read(() => chain.use(chain.pallets.System).nonce(idOf('//Dave'))),
    1,
  )
})

test('what does not belong in a block stays out of it without a trace', () => {
  const chain = realChain()
  const { tx } = chain
  const remark = tx.System.remark({ remark: new Uint8Array(3) })
  const good = chain.sign('//Dave', remark)
  const bent = good.slice()
  bent[60]! ^= 1
  const results: { type: string; value: unknown }[] = []
  const made = chain.build(
    [
      bent,
      chain.sign('//Dave', remark, { nonce: 7 }),
      chain.sign('//Poor', remark, { nonce: 0 }),
      chain.sign('//Dave', remark, { nonce: 0, tip: 10n ** 30n }),
      Uint8Array.of(4, 0, 0, 0),
      new Uint8Array(0),
      good,
      good,
    ],
    {},
    results,
  )
  chain.execute(made)
  assert.deepEqual(
    results.map((r) => r.type),
    ['Ok', 'Err', 'Err', 'Err', 'Err', 'Err', 'Err', 'Ok', 'Err'],
  )
})

test('an importer refuses a block in which anything was changed', () => {
  const chain = realChain()
  const xt = chain.sign('//Dave', chain.tx.System.remark({ remark: new Uint8Array(1) }))
  const more = chain.sign('//Eve', chain.tx.System.remark({ remark: new Uint8Array(2) }))
  const made = chain.build([xt])
  const [inherent, dave] = made.extrinsics as [Uint8Array, Uint8Array]
  const other = `0x${'77'.repeat(32)}` as Hash
  const header = (change: object): Block => ({ ...made, header: { ...made.header, ...change } })
  const body = (...extrinsics: Uint8Array[]): Block => ({ ...made, extrinsics })
  const bad: Record<string, Block> = {
    'another state root': header({ stateRoot: other }),
    'another extrinsics root': header({ extrinsicsRoot: other }),
    'another number': header({ number: 5 }),
    'no author': header({ digest: { logs: [] } }),
    'no time': body(dave),
    'the time twice': body(inherent, inherent, dave),
    'an inherent behind transactions': body(dave, inherent),
    'one transaction less': body(inherent),
    'one transaction more': body(inherent, dave, more),
    'a transaction twice': body(inherent, dave, dave),
    'something else': body(inherent, Uint8Array.of(1, 2, 3)),
  }
  const root = chain.imported.storageRoot().toHex()
  for (const [what, one] of Object.entries(bad)) {
    chain.imported.begin()
    assert.throws(() => chain.execute(one), /Core_execute_block|block|failed/i, what)
    chain.imported.rollback()
  }
  assert.equal(chain.imported.storageRoot().toHex(), root)
  chain.execute(made)
})

test('the time of a block lies in its slot, goes forward, and is not far ahead of ours', () => {
  const chain = realChain()
  const { slotDuration } = chain.config
  assert.throws(() => chain.build([], { late: BigInt(slotDuration) }), /lie in its slot/)
  const fresh = realChain()
  const made = fresh.build()
  // On the state of the parent, which the importing node still has.
  const check = (late: bigint): boolean => {
    const args = concat(encode(blockCodec, made), fresh.inherentsAt(late))
    return fresh.host.call('BlockBuilder_check_inherents', args, fresh.imported)[0] === 1
  }
  assert.equal(check(10n), true)
  assert.equal(check(10n - 30_000n), true)
  assert.equal(check(10n - 30_001n), false, 'the author’s clock is too far ahead')
})
