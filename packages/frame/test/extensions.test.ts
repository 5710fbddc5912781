import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, concat, type Hash, toHex } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import { accountId32, mortalEra } from '@cess/primitives'
import { encode, u32 } from '@cess/scale'
import { checkMetadataHash } from '../src/index.ts'
import { alice, BLOCK_HASHES, bob, idOf, stranger, type ToyChain, toyChain } from './support/toy.ts'

const validity = (chain: ToyChain, xt: Uint8Array): string => {
  const found = chain.validate(xt)
  return found.type === 'Ok' ? 'valid' : `${found.value.type}.${found.value.value.type}`
}
/** What the block says of a transaction. */
const inBlock = (chain: ToyChain, xt: Uint8Array): string => {
  const [found] = chain.build([xt]).results
  if (found!.type === 'Ok') return found!.value.type
  return `${found!.value.type}.${found!.value.value.type}`
}
const both = (chain: ToyChain, xt: Uint8Array, expected: string): void => {
  assert.equal(validity(chain, xt), expected)
  assert.equal(inBlock(chain, xt), expected === 'valid' ? 'Ok' : expected)
}
const tagOf = (pair: KeyPair, nonce: number) =>
  concat(encode(accountId32, idOf(pair)), encode(u32, nonce))

test('CheckNonce: one transaction a nonce; the pool may wait for earlier ones, the block may not', () => {
  const chain = toyChain()
  const count = chain.tx.Toy.count({ by: 1 })
  const first = chain.sign(count, alice)
  const second = chain.sign(count, alice, { nonce: 1 })
  const third = chain.sign(count, alice, { nonce: 2 })
  both(chain, first, 'valid')
  const waits = chain.validate(third)
  assert.ok(waits.type === 'Ok')
  assert.deepEqual(waits.value.requires, [tagOf(alice, 1)])
  assert.deepEqual(waits.value.provides, [tagOf(alice, 2)])
  assert.equal(inBlock(chain, third), 'Invalid.Future')
  assert.deepEqual(
    chain.grow([first, second]).map((r) => r.type),
    ['Ok', 'Ok'],
  )
  assert.equal(chain.nonceOf(alice), 2)
  // A replay of what is on chain.
  both(chain, first, 'Invalid.Stale')
  both(chain, third, 'valid')
  assert.equal(chain.nonceOf(bob), 0)
})

test('CheckNonce: a failed call uses its nonce up, a refused transaction does not', () => {
  const chain = toyChain()
  const [failed] = chain.grow([chain.sign(chain.tx.Toy.spoil({ key: 1 }), alice)])
  assert.equal(failed!.type === 'Ok' && failed!.value.type, 'Err')
  assert.equal(chain.nonceOf(alice), 1)
  const refused = chain.sign(chain.tx.Toy.count({ by: 1 }), alice, { nonce: 1, specVersion: 9 })
  chain.grow([refused])
  assert.equal(chain.nonceOf(alice), 1)
})

test('CheckNonce: an account that holds nothing cannot leave its nonce in the state', () => {
  const chain = toyChain()
  both(chain, chain.sign(chain.tx.Toy.cheap({ free: 1 }), stranger), 'Invalid.Payment')
  chain.grow([chain.sign(chain.tx.Toy.cheap({ free: 1 }), stranger)])
  const system = chain.runtime.use(chain.pallets.System)
  assert.equal(
    chain.read(() => system.exists(idOf(stranger))),
    false,
  )
})

test('versions and genesis: a signature made for another runtime or network is a bad one', () => {
  const chain = toyChain()
  const count = chain.tx.Toy.count({ by: 1 })
  both(chain, chain.sign(count, alice, { specVersion: 4 }), 'Invalid.BadProof')
  both(chain, chain.sign(count, alice, { transactionVersion: 1 }), 'Invalid.BadProof')
  const genesis = `0x${'11'.repeat(32)}` as Hash
  both(chain, chain.sign(count, alice, { genesis }), 'Invalid.BadProof')
  both(chain, chain.sign(count, alice, { checkpoint: genesis }), 'Invalid.BadProof')
})

test('CheckMortality: valid within its era, on its own fork, and no longer', () => {
  const chain = toyChain()
  for (let i = 0; i < 5; i++) chain.grow()
  const count = chain.tx.Toy.count({ by: 1 })
  const era = mortalEra(4, 5)
  const xt = chain.sign(count, alice, { era, checkpoint: chain.hashOf(5) })
  both(chain, xt, 'valid')
  const found = chain.validate(xt)
  // It is looked at as if in block 6 and dies with block 9.
  assert.equal(found.type === 'Ok' && found.value.longevity, 3n)
  // The hash of another fork's block 5.
  const fork = chain.sign(count, alice, { era, checkpoint: chain.hashOf(4) })
  both(chain, fork, 'Invalid.BadProof')
  chain.grow()
  chain.grow()
  both(chain, xt, 'valid')
  chain.grow()
  // Block 9: the era now begins at block 9, whose hash nobody knows yet.
  both(chain, xt, 'Invalid.AncientBirthBlock')
})

test('CheckMortality: an era longer than hashes are kept dies with its birth hash', () => {
  const chain = toyChain()
  chain.grow()
  const era = mortalEra(64, 1)
  const xt = chain.sign(chain.tx.Toy.count({ by: 1 }), alice, { era, checkpoint: chain.hashOf(1) })
  both(chain, xt, 'valid')
  for (let i = 0; i < BLOCK_HASHES; i++) chain.grow()
  both(chain, xt, 'valid')
  chain.grow()
  both(chain, xt, 'Invalid.AncientBirthBlock')
  // Immortal ones live on: the genesis hash is never forgotten.
  both(chain, chain.sign(chain.tx.Toy.count({ by: 1 }), alice), 'valid')
})

test('CheckNonZeroSender: nobody acts for the zero account', () => {
  const chain = toyChain()
  const zero = { ...alice, accountId: new Uint8Array(32), publicKey: new Uint8Array(32) }
  const xt = chain.sign(chain.tx.Toy.count({ by: 1 }), zero, { signer: alice })
  both(chain, xt, 'Invalid.BadProof')
  const extension = chain.runtime.extensions[0]!
  const info = chain.runtime.dispatchInfo(chain.tx.Toy.count({ by: 1 }))
  const call = chain.tx.Toy.count({ by: 1 })
  const who = toHex(new Uint8Array(32)) as AccountId
  for (const check of [extension.validate!, extension.prepare!])
    assert.throws(() => check({ who, call, info, length: 100 }, undefined), /BadSigner/)
})

test('CheckWeight: a call too heavy or too long for any block is refused by the pool', () => {
  const chain = toyChain()
  const { tx } = chain
  const heavy = (micros: number, length = 0) =>
    chain.sign(tx.Toy.heavy({ micros, padding: new Uint8Array(length) }), alice)
  both(chain, heavy(6_000), 'valid')
  both(chain, heavy(6_001), 'Invalid.ExhaustsResources')
  both(chain, heavy(1, 2_800), 'valid')
  both(chain, heavy(1, 3_000), 'Invalid.ExhaustsResources')
  // Nested calls weigh together, beyond 64 bits too.
  const giant = tx.Toy.heavy({ micros: 2 ** 32 - 1, padding: new Uint8Array() })
  const nested = tx.Nest.all({ calls: Array.from({ length: 60 }, () => giant) })
  both(chain, chain.sign(nested, alice), 'Invalid.ExhaustsResources')
})

test('CheckWeight: Normal calls stop at their share of the block, Operational ones have a reserve', () => {
  const chain = toyChain()
  const { tx } = chain
  const empty = new Uint8Array()
  const normal = (nonce: number, micros: number) =>
    chain.sign(tx.Toy.heavy({ micros, padding: empty }), alice, { nonce })
  const urgent = (nonce: number, micros: number) =>
    chain.sign(tx.Toy.urgent({ micros }), bob, { nonce })
  const outcome = (xts: readonly Uint8Array[]) =>
    chain.build(xts).results.map((r) => (r.type === 'Ok' ? 'ok' : r.value.value.type))
  const full = 'ExhaustsResources'
  // 100 µs a piece come on top: 4100 + 2900 are all of 7000.
  assert.deepEqual(outcome([normal(0, 4_000), normal(1, 2_800)]), ['ok', 'ok'])
  assert.deepEqual(outcome([normal(0, 4_000), normal(1, 2_801)]), ['ok', full])
  // The block has 10 000 in all, some taken by its hooks and inherent; then 2000 are left for Operational.
  const filled = [normal(0, 4_000), normal(1, 2_800)]
  assert.deepEqual(outcome([...filled, urgent(0, 1_900)]), ['ok', 'ok', 'ok'])
  assert.deepEqual(outcome([...filled, urgent(0, 1_900), urgent(1, 1_500)]), [
    'ok',
    'ok',
    'ok',
    full,
  ])
  // Over the whole, but within the reserve.
  assert.deepEqual(outcome([urgent(0, 8_500), normal(0, 1)]), ['ok', 'ok'])
  assert.deepEqual(outcome([urgent(0, 8_500), normal(0, 1), normal(1, 600)]), ['ok', 'ok', full])
})

test('CheckWeight: the length of a block is limited by class', () => {
  const chain = toyChain()
  const long = (nonce: number) =>
    chain.sign(chain.tx.Toy.heavy({ micros: 1, padding: new Uint8Array(1_300) }), alice, { nonce })
  const { results } = chain.build([long(0), long(1), long(2)])
  assert.deepEqual(
    results.map((r) => (r.type === 'Ok' ? 'ok' : r.value.value.type)),
    ['ok', 'ok', 'ExhaustsResources'],
  )
})

test('weight that was not used comes back to the block; more than announced is never taken', () => {
  const chain = toyChain()
  const system = chain.runtime.use(chain.pallets.System)
  const consumed = (xts: readonly Uint8Array[]): bigint => {
    const { state } = chain.build(xts)
    return chain.runtime.within(state, () => system.consumed().normal.refTime)
  }
  const base = 100_000_000n
  assert.equal(consumed([]), 0n)
  assert.equal(consumed([chain.sign(chain.tx.Toy.cheap({ free: 0 }), alice)]), base + 100_000_000n)
  assert.equal(consumed([chain.sign(chain.tx.Toy.greedy({}), alice)]), base + 10_000_000n)
  assert.equal(consumed([chain.sign(chain.tx.Toy.cheap_failure({}), alice)]), base + 5_000_000n)
})

test('fee and tip: taken before the call, also when it fails; given back when it is free', () => {
  const chain = toyChain()
  const { storage } = chain.runtime.use(chain.pallets.Toy)
  const paid = (xts: readonly Uint8Array[]): bigint => {
    const { state } = chain.build(xts)
    return chain.runtime.within(state, () => storage.FeesPaid.get())
  }
  const { tx } = chain
  assert.equal(paid([chain.sign(tx.Toy.count({ by: 1 }), alice, { tip: 7n })]), 17n)
  assert.equal(paid([chain.sign(tx.Toy.spoil({ key: 1 }), alice, { tip: 7n })]), 17n)
  assert.equal(paid([chain.sign(tx.Toy.cheap({ free: 1 }), alice)]), 0n)
  assert.equal(paid([chain.sign(tx.Toy.cheap({ free: 0 }), alice)]), 10n)
  // Refused: nothing is taken.
  assert.equal(paid([chain.sign(tx.Toy.count({ by: 1 }), alice, { nonce: 4, tip: 7n })]), 0n)
  const tipped = chain.validate(chain.sign(tx.Toy.count({ by: 1 }), alice, { tip: 7n }))
  assert.equal(tipped.type === 'Ok' && tipped.value.priority, 8n)
})

test('CheckMetadataHash: off by default; on only where the chain knows the hash', () => {
  const digest = new Uint8Array(32).fill(5)
  const without = toyChain({ extensions: [checkMetadataHash()] })
  const withHash = toyChain({ extensions: [checkMetadataHash(digest)] })
  const count = without.tx.Toy.count({ by: 1 })
  const off = { extra: ['Disabled'], additional: [undefined] }
  const on = { extra: ['Enabled'], additional: [digest] }
  both(without, without.sign(count, alice, off), 'valid')
  both(without, without.sign(count, alice, on), 'Unknown.CannotLookup')
  both(withHash, withHash.sign(count, alice, off), 'valid')
  both(withHash, withHash.sign(count, alice, on), 'valid')
  const other = { extra: ['Enabled'], additional: [new Uint8Array(32)] }
  both(withHash, withHash.sign(count, alice, other), 'Invalid.BadProof')
  // One byte of data, one byte under the signature: RFC 78.
  const [plain, checked] = [toyChain(), without].map((c) =>
    encode(
      c.runtime.extra as never,
      c.runtime.extensions.map(
        (e) =>
          ({
            CheckMortality: { type: 'Immortal' },
            CheckNonce: 0,
            ChargeTransactionPayment: 0n,
            CheckMetadataHash: 'Disabled',
          })[e.identifier as string],
      ) as never,
    ),
  )
  assert.deepEqual(checked, concat(plain!, Uint8Array.of(0)))
})
