import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex } from '@cess/bytes'
import { verifySignature } from '@cess/crypto'
import {
  type Block,
  block as blockCodec,
  type DigestItem,
  headerHash,
  mortalEra,
  RuntimeTrap,
} from '@cess/primitives'
import { bytes, decode, encode, vec } from '@cess/scale'
import { orderedTrieRoot } from '@cess/trie'
import { createRuntimeHost, weigh } from '../src/index.ts'
import { alice, bob, idOf, type ToyChain, toyChain, VERSION } from './support/toy.ts'

const eventsOf = (chain: ToyChain) =>
  chain.read(() => chain.runtime.use(chain.pallets.System).storage.Events.get()) as readonly {
    phase: { type: string; value: unknown }
    event: { type: string; value: { type: string; value: unknown } }
  }[]
const brief = (chain: ToyChain) =>
  eventsOf(chain).map(({ phase, event }) =>
    [phase.type, phase.value, `${event.type}.${event.value.type}`]
      .filter((x) => x !== undefined)
      .join(' '),
  )
const preDigest: DigestItem = {
  type: 'PreRuntime',
  value: [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(9)],
}

test('a block that was built executes to the same header on a copy of the parent state', () => {
  const chain = toyChain()
  const { tx } = chain
  const xts = [
    chain.sign(tx.Toy.count({ by: 2 }), alice),
    chain.sign(tx.Toy.spoil({ key: 1 }), bob),
    chain.sign(tx.Toy.count({ by: 3 }), alice, { nonce: 1 }),
  ]
  const { block, results } = chain.build(xts, [preDigest])
  assert.deepEqual(
    results.map((r) => r.type === 'Ok' && r.value.type),
    ['Ok', 'Err', 'Ok'],
  )
  assert.equal(block.extrinsics.length, 4, 'the inherent and three transactions')
  assert.equal(
    block.header.extrinsicsRoot,
    toHex(
      orderedTrieRoot(
        block.extrinsics.map((xt) => encode(bytes, xt)),
        0,
      ),
    ),
  )
  assert.deepEqual(block.header.digest.logs, [preDigest])
  const state = chain.execute(block)
  assert.equal(toHex(state.storageRoot()), block.header.stateRoot)
})

test('events name the extrinsic they belong to, its outcome last, with its whole weight', () => {
  const chain = toyChain()
  const { tx } = chain
  chain.grow([
    chain.sign(tx.Toy.count({ by: 1 }), alice),
    chain.sign(tx.Nest.each({ calls: [tx.Toy.count({ by: 1 }), tx.Toy.spoil({ key: 1 })] }), bob),
    chain.sign(tx.Toy.spoil({ key: 1 }), alice, { nonce: 1 }),
  ])
  assert.deepEqual(brief(chain), [
    'ApplyExtrinsic 0 System.ExtrinsicSuccess',
    'ApplyExtrinsic 1 Toy.Counted',
    'ApplyExtrinsic 1 System.ExtrinsicSuccess',
    'ApplyExtrinsic 2 Toy.Counted',
    'ApplyExtrinsic 2 Nest.Failed',
    'ApplyExtrinsic 2 System.ExtrinsicSuccess',
    'ApplyExtrinsic 3 System.ExtrinsicFailed',
  ])
  const system = chain.runtime.use(chain.pallets.System)
  assert.equal(
    chain.read(() => system.storage.EventCount.get()),
    7,
  )
  const counted = eventsOf(chain)[2]!.event.value.value as { dispatchInfo: unknown }
  const { weight } = chain.runtime.dispatchInfo(tx.Toy.count({ by: 1 }))
  assert.deepEqual(counted.dispatchInfo, {
    weight: { refTime: weight.refTime + weigh(100).refTime, proofSize: weight.proofSize },
    class: 'Normal',
    paysFee: 'Yes',
  })
  const failed = eventsOf(chain)[6]!.event.value.value as { dispatchError: unknown }
  assert.deepEqual(failed.dispatchError, {
    type: 'Module',
    value: { index: 7, error: Uint8Array.of(0, 0, 0, 0) },
  })
  // The next block begins without them.
  chain.grow()
  assert.deepEqual(brief(chain), ['ApplyExtrinsic 0 System.ExtrinsicSuccess'])
})

test('hooks run in order around the extrinsics; migrations once, in the first block', () => {
  const chain = toyChain()
  const { storage } = chain.runtime.use(chain.pallets.Toy)
  const system = chain.runtime.use(chain.pallets.System)
  const seen = () => chain.read(() => storage.Hooks.get())
  chain.grow()
  assert.deepEqual(seen(), ['init 1', 'idle 1 true', 'final 1'])
  const mandatory = chain.read(() => system.consumed().mandatory.refTime)
  // Base block 500 + hooks 100 + inherent 5 + its base 100 + idle 7.
  assert.equal(mandatory, 712_000_000n)
  chain.edit(() => {
    system.storage.LastRuntimeUpgrade.put({ specVersion: 2, specName: VERSION.specName })
    storage.Hooks.put([])
  })
  chain.grow()
  assert.deepEqual(seen(), ['upgrade', 'init 2', 'idle 2 true', 'final 2'])
  assert.deepEqual(
    chain.read(() => system.storage.LastRuntimeUpgrade.get()),
    { specVersion: 3, specName: 'toy' },
  )
  chain.grow()
  assert.ok(!seen().slice(4).includes('upgrade'))
})

test('block hashes are kept for as long as transactions may live; state of one block does not stay', () => {
  const chain = toyChain()
  const system = chain.runtime.use(chain.pallets.System)
  for (let i = 0; i < 20; i++) chain.grow()
  chain.read(() => {
    assert.equal(system.number(), 20)
    const known = [...system.storage.BlockHash.entries()].map(([[n]]) => n).sort((a, b) => a - b)
    assert.deepEqual(known, [0, ...Array.from({ length: 16 }, (_, i) => i + 4)])
    for (const n of known) assert.equal(system.blockHash(n), chain.hashOf(n))
    assert.equal(system.storage.ExecutionPhase.exists(), false)
    assert.equal(system.storage.AllExtrinsicsLen.exists(), false)
    assert.equal(system.storage.ExtrinsicCount.exists(), false)
    assert.deepEqual([...system.storage.ExtrinsicData.entries()], [])
    assert.equal(system.extrinsicIndex(), undefined)
  })
})

test('whatever is changed in a block, it is refused', () => {
  const chain = toyChain()
  chain.grow()
  const { tx } = chain
  const xts = [
    chain.sign(tx.Toy.count({ by: 1 }), alice),
    chain.sign(tx.Toy.count({ by: 2 }), bob),
    chain.sign(tx.Toy.cheap({ free: 1 }), alice, { nonce: 1 }),
  ]
  const { block } = chain.build(xts, [preDigest])
  chain.execute(block)
  const { header, extrinsics } = block
  const [inherent, first, second, third] = extrinsics as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const other = `0x${'ab'.repeat(32)}` as Hash
  const withHeader = (change: Partial<typeof header>): Block => ({
    header: { ...header, ...change },
    extrinsics,
  })
  const withBody = (...body: Uint8Array[]): Block => ({ header, extrinsics: body })
  const bent = second.slice()
  bent[80]! ^= 1
  const seal: DigestItem = { type: 'Seal', value: [Uint8Array.of(1, 2, 3, 4), new Uint8Array(64)] }
  const consensus: DigestItem = {
    type: 'Consensus',
    value: [Uint8Array.of(1, 2, 3, 4), new Uint8Array(1)],
  }
  const tampered: Readonly<Record<string, Block>> = {
    'another parent': withHeader({ parentHash: other }),
    'a number too high': withHeader({ number: header.number + 1 }),
    'a number too low': withHeader({ number: header.number - 1 }),
    'another state root': withHeader({ stateRoot: other }),
    'another extrinsics root': withHeader({ extrinsicsRoot: other }),
    'no pre-digest': withHeader({ digest: { logs: [] } }),
    'a log that the runtime did not make': withHeader({ digest: { logs: [preDigest, consensus] } }),
    'a seal that was not taken off': withHeader({ digest: { logs: [preDigest, seal] } }),
    'one transaction less': withBody(inherent, first, second),
    'one transaction twice': withBody(inherent, first, second, third, third),
    'another order': withBody(inherent, first, third, second),
    'an order that breaks nonces': withBody(inherent, third, second, first),
    'no inherent': withBody(first, second, third),
    'the inherent last': withBody(first, second, third, inherent),
    'the inherent twice': withBody(inherent, inherent, first, second, third),
    'a wrong signature': withBody(inherent, first, bent, third),
    garbage: withBody(inherent, first, second, third, Uint8Array.of(1, 2, 3)),
    'an empty extrinsic': withBody(inherent, first, second, third, new Uint8Array()),
    'a bare call that needs a signer': withBody(
      inherent,
      first,
      second,
      third,
      Uint8Array.of(4, ...encode(chain.runtime.call, tx.Toy.count({ by: 1 }))),
    ),
    'a transaction that was never signed for this chain': withBody(
      inherent,
      first,
      second,
      third,
      chain.sign(tx.Toy.count({ by: 1 }), bob, { nonce: 1, genesis: other }),
    ),
  }
  for (const [what, made] of Object.entries(tampered))
    assert.throws(() => chain.execute(made), RuntimeTrap, what)
  // With the roots of its new body an inherent behind transactions is refused for its place alone.
  const moved = withBody(first, second, third, inherent)
  assert.throws(() => chain.execute(moved), /inherent behind transactions/)
  assert.throws(() => chain.execute(withHeader({ number: 9 })), /cannot follow block 1/)
  assert.throws(() => chain.execute(withHeader({ stateRoot: other })), /state root/)
  chain.execute(block)
})

test('a block on a state that is not its parent is refused', () => {
  const chain = toyChain()
  const { block } = chain.build([chain.sign(chain.tx.Toy.count({ by: 1 }), alice)])
  chain.edit(() => chain.runtime.use(chain.pallets.Toy).storage.Counter.put(7))
  assert.throws(() => chain.execute(block), /state root/)
})

test('a transaction that is refused leaves the block as it was', () => {
  const chain = toyChain()
  const state = chain.state()
  chain.begin(state)
  chain.apply(
    decode(
      vec(bytes),
      chain.host.call('BlockBuilder_inherent_extrinsics', chain.inherents(6_000n), state),
    )[0]!,
    state,
  )
  const before = toHex(state.storageRoot())
  const { tx } = chain
  const crash = chain.sign(tx.Toy.crash({}), alice)
  assert.throws(() => chain.apply(crash, state), RuntimeTrap)
  assert.equal(toHex(state.storageRoot()), before, 'a crash')
  for (const xt of [
    chain.sign(tx.Toy.count({ by: 1 }), alice, { nonce: 5 }),
    chain.sign(tx.Toy.heavy({ micros: 9_000, padding: new Uint8Array() }), alice),
    chain.sign(tx.Clock.set({ now: 1n }), alice),
    Uint8Array.of(4, ...encode(chain.runtime.call, tx.Clock.set({ now: 1n }))),
    Uint8Array.of(4, ...encode(chain.runtime.call, tx.Toy.cheap({ free: 1 }))),
    Uint8Array.of(
      4,
      ...encode(chain.runtime.call, tx.Claims.claim({ proof: Uint8Array.of(8), fails: 0 })),
    ),
  ]) {
    assert.equal(chain.apply(xt, state).type, 'Err')
    assert.equal(toHex(state.storageRoot()), before)
  }
})

test('inherents: only the author brings them, they must succeed, and importers check them', () => {
  const chain = toyChain()
  const { tx, runtime, host } = chain
  const bare = (now: bigint) => Uint8Array.of(4, ...encode(runtime.call, tx.Clock.set({ now })))
  // Neither the pool nor a signer can place one.
  const verdict = (xt: Uint8Array) => {
    const found = chain.validate(xt)
    return found.type === 'Err' && found.value.value.type
  }
  assert.equal(verdict(bare(1n)), 'MandatoryValidation')
  assert.equal(verdict(chain.sign(tx.Clock.set({ now: 1n }), alice)), 'MandatoryValidation')
  chain.grow()
  const { results } = chain.build([bare(5_000n)])
  assert.deepEqual(results[0], {
    type: 'Err',
    value: { type: 'Invalid', value: { type: 'BadMandatory', value: undefined } },
  })
  const { block } = chain.build()
  const check = (now: bigint): readonly string[] => {
    const args = new Uint8Array([...encode(blockCodec, block), ...chain.inherents(now)])
    const raw = host.call('BlockBuilder_check_inherents', args, chain.state())
    const [okay, fatal] = raw
    assert.equal(okay === 1, fatal === 0)
    return okay === 1 ? [] : [Buffer.from(raw.subarray(12)).toString()]
  }
  assert.deepEqual(check(12_000n), [])
  assert.match(check(1_000n)[0]!, /from the future/)
})

test('transactions that nobody signed: checked by their pallet in the pool and in the block', () => {
  const chain = toyChain()
  const { tx, runtime } = chain
  const claim = (proof: readonly number[], fails = 0) =>
    Uint8Array.of(
      5,
      ...encode(runtime.call, tx.Claims.claim({ proof: Uint8Array.from(proof), fails })),
    )
  const good = claim([7, 1])
  const found = chain.validate(good)
  assert.ok(found.type === 'Ok')
  assert.equal(found.value.priority, 100n)
  assert.equal(found.value.longevity, 5n)
  assert.equal(found.value.provides.length, 1)
  const verdict = (xt: Uint8Array) => {
    const result = chain.validate(xt)
    return result.type === 'Ok' ? 'valid' : `${result.value.type}.${result.value.value.type}`
  }
  assert.equal(verdict(claim([8])), 'Invalid.BadProof')
  assert.equal(verdict(claim([7, ...new Array(3_000).fill(0)])), 'Invalid.ExhaustsResources')
  assert.equal(
    verdict(Uint8Array.of(4, ...encode(runtime.call, tx.Toy.cheap({ free: 1 })))),
    'Unknown.NoUnsignedValidator',
  )
  const results = chain.grow([good, good, claim([8]), claim([7, 2], 1)])
  assert.deepEqual(
    results.map((r) => (r.type === 'Ok' ? r.value.type : r.value.value.type)),
    ['Ok', 'Stale', 'BadProof', 'Err'],
  )
  const { storage } = chain.runtime.use(chain.pallets.Claims)
  assert.equal(
    chain.read(() => [...storage.Claimed.entries()].length),
    1,
    'the failed one is undone',
  )
  assert.equal(verdict(good), 'Invalid.Stale')
  // Signing it does not help: it wants no origin.
  const [signed] = chain.build([
    chain.sign(tx.Claims.claim({ proof: Uint8Array.of(7, 3), fails: 0 }), alice),
  ]).results
  assert.equal(signed!.type === 'Ok' && signed!.value.type, 'Err')
})

test('validating changes nothing that the caller keeps, and says the same twice', () => {
  const chain = toyChain()
  chain.grow()
  const xt = chain.sign(chain.tx.Toy.count({ by: 1 }), alice)
  const before = toHex(chain.state().storageRoot())
  assert.deepEqual(chain.validate(xt), chain.validate(xt))
  assert.equal(toHex(chain.state().storageRoot()), before)
})

test('signatures can be verified ahead: the jobs are what the block will ask for', async () => {
  const chain = toyChain()
  chain.grow()
  const { tx } = chain
  // Signed over the hash of the parent, which the state learns in the next block only.
  const recent = { era: mortalEra(8, 1), checkpoint: chain.hashOf(1) }
  const xts = [
    chain.sign(tx.Toy.count({ by: 1 }), alice, recent),
    chain.sign(tx.Toy.count({ by: 1 }), bob),
  ]
  const bare = Uint8Array.of(4, ...encode(chain.runtime.call, tx.Clock.set({ now: 1n })))
  const verified: string[] = []
  const host = createRuntimeHost(chain.runtime, {
    async prime(jobs) {
      for (const { scheme, signature, message, publicKey } of jobs) {
        assert.ok(verifySignature(scheme, signature, message, publicKey))
        verified.push(toHex(publicKey))
      }
    },
  })
  const state = chain.state()
  const before = toHex(state.storageRoot())
  await host.prepare!([bare, ...xts, Uint8Array.of(1)], state, chain.hashOf(1))
  assert.deepEqual(verified, [idOf(alice), idOf(bob)])
  assert.equal(toHex(state.storageRoot()), before)
  // Without the parent's hash the first one cannot be told, and is left to the block.
  await host.prepare!(xts, state)
  assert.deepEqual(verified.slice(2), [idOf(bob)])
  await chain.host.prepare!(xts, state)
})

test('two chains from one genesis and one list of transactions are the same to the last bit', () => {
  const [a, b] = [toyChain(), toyChain()].map((chain) => {
    for (let i = 1; i < 6; i++) {
      const call = chain.tx.Claims.claim({ proof: Uint8Array.of(7, i), fails: 0 })
      chain.grow([Uint8Array.of(4, ...encode(chain.runtime.call, call))])
    }
    return chain.head()
  })
  assert.deepEqual(a, b)
  assert.equal(headerHash(a!), headerHash(b!))
})
