import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '@cess/bytes'
import { encode, u32 } from '@cess/scale'
import {
  DispatchError,
  definePallet,
  defineRuntime,
  ensureNone,
  ensureRoot,
  ensureSigned,
  ensureSignedOrRoot,
  failure,
  NONE,
  type Origin,
  ROOT,
  type RuntimeCall,
  signed,
  slot,
  stateCell,
  tokenFailure,
} from '../src/index.ts'
import { testKit } from '../src/testing.ts'
import { alice, bob, idOf, toyChain, toyRuntime } from './support/toy.ts'

const setup = () => {
  const chain = toyChain()
  const state = chain.state()
  const kit = testKit(chain.runtime, state)
  kit.nextBlock()
  const { storage } = chain.runtime.use(chain.pallets.Toy)
  return { ...chain, kit, storage, state, by: signed(idOf(alice)) }
}

test('a call that succeeds changes the state and tells so in an event', () => {
  const { kit, tx, by, storage } = setup()
  kit.ok(by, tx.Toy.count({ by: 40 }))
  assert.equal(
    kit.run(() => storage.Counter.get()),
    40,
  )
  assert.deepEqual(kit.event('Toy.Counted'), { who: idOf(alice), newCount: 40 })
})

test('a call that fails leaves nothing behind: no value, no entry, no event', () => {
  const { kit, tx, by } = setup()
  kit.noop(by, tx.Toy.spoil({ key: 5 }), 'Toy.TooMany')
  kit.noop(by, tx.Toy.count({ by: 43 }), 'Toy.TooMany')
  assert.deepEqual(kit.events(), [])
})

test('what fails inside a nested call is undone alone; what came before it stays', () => {
  const { kit, tx, by, storage } = setup()
  const parts = [tx.Toy.count({ by: 1 }), tx.Toy.spoil({ key: 1 }), tx.Toy.count({ by: 2 })]
  kit.ok(by, tx.Nest.each({ calls: parts }))
  assert.equal(
    kit.run(() => storage.Counter.get()),
    3,
  )
  assert.equal(
    kit.run(() => storage.Name.get()),
    'genesis',
  )
  assert.deepEqual(
    kit.events().map((e) => `${e.type}.${e.value.type}`),
    ['Toy.Counted', 'Nest.Failed', 'Toy.Counted'],
  )
})

test('all or none: an inner failure takes everything with it, however deep', () => {
  const { kit, tx, by, storage } = setup()
  const all = (calls: readonly RuntimeCall[]) => tx.Nest.all({ calls })
  const good = tx.Toy.count({ by: 1 })
  kit.noop(by, all([good, tx.Toy.spoil({ key: 1 })]), 'Toy.TooMany')
  kit.noop(by, all([good, all([good, all([good, tx.Toy.spoil({ key: 1 })])])]), 'Toy.TooMany')
  // Only the failing branch is lost when the level above goes on.
  kit.ok(by, tx.Nest.each({ calls: [good, all([good, tx.Toy.spoil({ key: 1 })]), good] }))
  assert.equal(
    kit.run(() => storage.Counter.get()),
    2,
  )
})

test('origins open their own doors only', () => {
  const { kit, tx, storage } = setup()
  const by: Record<string, Origin> = { signed: signed(idOf(bob)), root: ROOT, none: NONE }
  const set = tx.Toy.set_pair({ owner: idOf(bob), slotNumber: 1, amount: 5n })
  kit.noop(by['signed']!, set, 'BadOrigin')
  kit.noop(by['none']!, set, 'BadOrigin')
  kit.ok(by['root']!, set)
  assert.equal(
    kit.run(() => storage.Pair.get(idOf(bob), 1)),
    5n,
  )
  kit.noop(ROOT, tx.Toy.count({ by: 1 }), 'BadOrigin')
  kit.noop(NONE, tx.Toy.count({ by: 1 }), 'BadOrigin')
  // A nested call keeps the origin of its outer one: no way up.
  kit.ok(by['signed']!, tx.Nest.each({ calls: [set] }))
  assert.deepEqual(kit.event('Nest.Failed'), { error: { type: 'BadOrigin', value: undefined } })
  const refused = { name: 'DispatchError', message: 'BadOrigin' }
  assert.throws(() => ensureRoot(NONE), refused)
  assert.throws(() => ensureNone(ROOT), refused)
  assert.throws(() => ensureSigned(ROOT), refused)
  assert.throws(() => ensureSignedOrRoot(NONE), refused)
  ensureSignedOrRoot(ROOT)
})

test('errors become the DispatchError of Substrate: pallet index, then position', () => {
  const { kit, tx, by, runtime } = setup()
  const outcome = (call: RuntimeCall) => kit.run(() => runtime.dispatch(by, call)).result
  assert.deepEqual(outcome(tx.Toy.count({ by: 99 })), {
    type: 'Err',
    value: { type: 'Module', value: { index: 7, error: Uint8Array.of(0, 0, 0, 0) } },
  })
  assert.deepEqual(outcome(tx.Toy.cheap_failure({})), {
    type: 'Err',
    value: { type: 'Exhausted', value: undefined },
  })
  assert.match(failure('NoProviders').message, /NoProviders/)
  assert.deepEqual(tokenFailure('Frozen').value, { type: 'Token', value: 'Frozen' })
})

test('a bug in a call is not mistaken for a failure, and what it changed is undone', () => {
  const { kit, tx, by, runtime, state } = setup()
  const before = toHex(state.storageRoot())
  assert.throws(() => kit.run(() => runtime.dispatch(by, tx.Toy.crash({}))), /a bug in the call/)
  assert.equal(toHex(state.storageRoot()), before)
})

test('a number that overflows and a list that is too long fail the call, not the block', () => {
  const { kit, tx, by } = setup()
  kit.noop(by, tx.Toy.overflow({ long: 0 }), 'Arithmetic.Overflow')
  kit.noop(by, tx.Toy.overflow({ long: 1 }), 'Exhausted')
})

test('weights: fixed, by argument, nested; and corrected only downwards', () => {
  const { tx, by, kit, runtime } = setup()
  const info = (call: RuntimeCall) => runtime.dispatchInfo(call)
  assert.equal(
    info(tx.Toy.count({ by: 1 })).weight.refTime,
    50_000_000n + 25_000_000n + 100_000_000n,
  )
  assert.equal(
    info(tx.Toy.heavy({ micros: 7, padding: new Uint8Array() })).weight.refTime,
    7_000_000n,
  )
  const two = [tx.Toy.heavy({ micros: 7, padding: new Uint8Array() }), tx.Toy.urgent({ micros: 2 })]
  assert.equal(info(tx.Nest.all({ calls: two })).weight.refTime, 9_000_001n)
  assert.equal(info(tx.Toy.urgent({ micros: 1 })).class, 'Operational')
  assert.equal(info(tx.Clock.set({ now: 1n })).class, 'Mandatory')
  const { post } = kit.run(() => runtime.dispatch(by, tx.Toy.cheap_failure({})))
  assert.equal(post.actualWeight?.refTime, 5_000_000n)
})

test('an unknown call or pallet is refused, not dispatched', () => {
  const { kit, runtime, by } = setup()
  const unknown = { type: 'Toy', value: { type: 'nothing', value: {} } }
  assert.throws(() => runtime.dispatchInfo(unknown), /no call Toy\.nothing/)
  assert.throws(() => kit.run(() => runtime.dispatch(by, unknown)), TypeError)
})

test('the assembly refuses what could not work', () => {
  const { pallets, runtime } = toyRuntime()
  const other = definePallet({
    name: 'Other',
    index: 7,
    crate: 'pallet_other',
    storage: {},
    events: {},
    errors: {},
    api: () => ({ hello: 'world' }),
    calls: {
      one: {
        index: 0,
        args: { n: u32 },
        weight: () => ({ refTime: 1n, proofSize: 0n }),
        run: () => undefined,
      },
    },
  })
  assert.throws(() => runtime.use(other), /Other is not in this runtime/)
  const call = slot<RuntimeCall>('Call')
  assert.throws(() => encode(call.codec, { type: 'Toy', value: { type: 'x', value: {} } }), /Call/)
  // Two pallets with one index.
  assert.throws(
    () =>
      defineRuntime({
        ...runtime.parts,
        cell: stateCell(),
        call,
        event: slot<unknown>('Event'),
        pallets: { ...pallets, Other: other },
      }),
    TypeError,
  )
  assert.ok(new DispatchError({ type: 'Other', value: undefined }, 'x') instanceof Error)
})

test('the test kit moves blocks with their hooks and forgets events', () => {
  const { kit, tx, by, storage } = setup()
  kit.ok(by, tx.Toy.count({ by: 1 }))
  assert.equal(kit.events().length, 1)
  kit.nextBlock(2)
  assert.deepEqual(kit.events(), [])
  assert.deepEqual(
    kit.run(() => storage.Hooks.get()),
    ['final 0', 'init 1', 'final 1', 'init 2', 'final 2', 'init 3'],
  )
})
