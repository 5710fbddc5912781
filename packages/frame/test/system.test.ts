import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, type Hash, toHex, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { RuntimeTrap, runtimeVersion, type StateKey } from '@cess/primitives'
import { decode, encode, u64 } from '@cess/scale'
import { CODE_KEY, ROOT, signed, stateKey } from '../src/index.ts'
import { testKit } from '../src/testing.ts'
import { alice, bob, idOf, stranger, toyChain, VERSION } from './support/toy.ts'

const setup = () => {
  const chain = toyChain()
  const state = chain.state()
  const kit = testKit(chain.runtime, state)
  kit.nextBlock()
  return {
    ...chain,
    state,
    kit,
    by: signed(idOf(alice)),
    api: chain.runtime.use(chain.pallets.System),
  }
}

/** A Wasm module of one custom section. */
function blob(name: string, content: Uint8Array, padding = 0): Uint8Array {
  const section = concat(Uint8Array.of(name.length), utf8(name), content)
  const other = concat(Uint8Array.of(0, padding + 2, 1, 0x78), new Uint8Array(padding))
  return concat(
    Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
    padding > 0 ? other : new Uint8Array(),
    Uint8Array.of(0, (section.length & 0x7f) | 0x80, section.length >> 7),
    section,
  )
}
const codeOf = (specVersion: number, specName = 'toy'): Uint8Array =>
  blob('runtime_version', encode(runtimeVersion, { ...VERSION, specVersion, specName }), 9)

test('set_code takes a later version of the same runtime, and tells light clients', () => {
  const { kit, tx, state, by, api } = setup()
  const set = (code: Uint8Array) => tx.System.set_code({ code })
  kit.noop(by, set(codeOf(4)), 'BadOrigin')
  kit.noop(ROOT, set(codeOf(3)), 'System.SpecVersionNeedsToIncrease')
  kit.noop(ROOT, set(codeOf(4, 'other')), 'System.InvalidSpecName')
  const wrong = [
    new Uint8Array(),
    utf8('no wasm'),
    blob('runtime_apis', new Uint8Array(4)),
    blob('runtime_version', Uint8Array.of(255, 255, 255)),
    codeOf(4).subarray(0, 30),
    concat(codeOf(4).subarray(0, 8), Uint8Array.of(0, 255, 255, 255, 255, 255, 255)),
  ]
  for (const code of wrong) kit.noop(ROOT, set(code), 'System.FailedToExtractRuntimeVersion')
  kit.ok(ROOT, set(codeOf(4)))
  assert.deepEqual(state.get(CODE_KEY), codeOf(4))
  assert.deepEqual(kit.event('System.CodeUpdated'), {})
  assert.deepEqual(
    kit.run(() => api.digest().logs.map((l) => l.type)),
    ['RuntimeEnvironmentUpdated'],
  )
  // From now on it is the code that counts.
  kit.noop(ROOT, set(codeOf(4)), 'System.SpecVersionNeedsToIncrease')
  kit.ok(ROOT, tx.System.set_code_without_checks({ code: utf8('anything') }))
  assert.deepEqual(state.get(CODE_KEY), utf8('anything'))
})

test('an authorized upgrade: anybody brings it, exactly that one, once, and pays nothing', () => {
  const { kit, tx, state, by, runtime } = setup()
  const code = codeOf(9)
  const codeHash = toHex(blake2b256(code)) as Hash
  const bring = (bytes: Uint8Array) => tx.System.apply_authorized_upgrade({ code: bytes })
  kit.noop(by, bring(code), 'System.NothingAuthorized')
  kit.noop(by, tx.System.authorize_upgrade({ codeHash }), 'BadOrigin')
  kit.noop(by, tx.System.authorize_upgrade_without_checks({ codeHash }), 'BadOrigin')
  kit.ok(ROOT, tx.System.authorize_upgrade({ codeHash }))
  assert.deepEqual(kit.event('System.UpgradeAuthorized'), { codeHash, checkVersion: true })
  kit.noop(by, bring(codeOf(10)), 'System.Unauthorized')
  const { result, post } = kit.run(() => runtime.dispatch(by, bring(code)))
  assert.equal(result.type, 'Ok')
  assert.equal(post.paysFee, 'No')
  assert.deepEqual(state.get(CODE_KEY), code)
  kit.noop(by, bring(code), 'System.NothingAuthorized')
  // With checks an old version is refused, without them it is not.
  const old = codeOf(1)
  const oldHash = toHex(blake2b256(old)) as Hash
  kit.ok(ROOT, tx.System.authorize_upgrade({ codeHash: oldHash }))
  kit.noop(by, bring(old), 'System.SpecVersionNeedsToIncrease')
  kit.ok(ROOT, tx.System.authorize_upgrade_without_checks({ codeHash: oldHash }))
  kit.ok(by, bring(old))
  assert.deepEqual(state.get(CODE_KEY), old)
})

test('root writes storage as it likes, nobody else does', () => {
  const { kit, tx, state, by } = setup()
  const item = (text: string) => [utf8(text), utf8(`${text}!`)] as const
  const keys = ['aa', 'ab', 'b'].map(item)
  const set = tx.System.set_storage({ items: keys })
  kit.noop(by, set, 'BadOrigin')
  kit.ok(ROOT, set)
  const at = (text: string) => state.get(stateKey(utf8(text)))
  assert.deepEqual(at('ab'), utf8('ab!'))
  kit.noop(by, tx.System.kill_storage({ keys: [utf8('b')] }), 'BadOrigin')
  kit.ok(ROOT, tx.System.kill_storage({ keys: [utf8('b')] }))
  assert.equal(at('b'), undefined)
  kit.noop(by, tx.System.kill_prefix({ prefix: utf8('a'), subkeys: 1 }), 'BadOrigin')
  kit.ok(ROOT, tx.System.kill_prefix({ prefix: utf8('a'), subkeys: 1 }))
  assert.equal(at('aa'), undefined)
  assert.ok(at('ab'))
  kit.noop(by, tx.System.set_heap_pages({ pages: 64n }), 'BadOrigin')
  kit.ok(ROOT, tx.System.set_heap_pages({ pages: 64n }))
  assert.equal(decode(u64, state.get(':heappages' as StateKey)!), 64n)
})

test('remarks cost by length and tell their hash', () => {
  const { kit, tx, by, runtime } = setup()
  const remark = utf8('hello')
  kit.ok(by, tx.System.remark({ remark }))
  kit.ok(ROOT, tx.System.remark({ remark }))
  kit.noop({ type: 'None' }, tx.System.remark({ remark }), 'BadOrigin')
  kit.ok(by, tx.System.remark_with_event({ remark }))
  assert.deepEqual(kit.event('System.Remarked'), {
    sender: idOf(alice),
    hash: toHex(blake2b256(remark)),
  })
  const weight = (length: number) =>
    runtime.dispatchInfo(tx.System.remark({ remark: new Uint8Array(length) })).weight.refTime
  assert.ok(weight(1_000_000) > weight(10))
})

test('accounts begin with their first provider and end with the last, unless something needs them', () => {
  const { kit, api } = setup()
  const who = idOf(stranger)
  const names = () => kit.events().map((e) => e.value.type)
  kit.run(() => {
    assert.equal(api.exists(who), false)
    assert.throws(() => api.incConsumers(who), /NoProviders/)
    assert.throws(() => api.decProviders(who), /NoProviders/)
    api.incProviders(who)
    api.incProviders(who)
    api.incConsumers(who)
    api.decProviders(who)
    assert.throws(() => api.decProviders(who), /ConsumerRemaining/)
    api.decConsumers(who)
    api.incrementNonce(who)
    assert.equal(api.nonce(who), 1)
    api.decProviders(who)
    assert.equal(api.exists(who), false)
    assert.equal(api.exists(idOf(bob)), true)
  })
  assert.deepEqual(names(), ['NewAccount', 'KilledAccount'])
})

test('a block of the wrong number cannot begin, and a code update shows in the header', () => {
  const chain = toyChain()
  const { api } = { api: chain.runtime.use(chain.pallets.System) }
  chain.edit(() => api.storage.Number.put(5))
  assert.throws(() => chain.build(), RuntimeTrap)
  chain.edit(() => api.storage.Number.put(0))
  const { block } = chain.build()
  assert.deepEqual(block.header.digest.logs, [])
})
