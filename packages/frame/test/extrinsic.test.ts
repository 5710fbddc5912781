import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '@cess/bytes'
import { blake2b256, keyFromUri } from '@cess/crypto'
import { mortalEra, multiSignature } from '@cess/primitives'
import { bytes, decode, encode, ScaleError } from '@cess/scale'
import { Metadata, TypeRegistry } from '@polkadot/types'
import fc from 'fast-check'
import { decodeExtrinsic, extrinsicHash, InvalidTx } from '../src/index.ts'
import { alice, bob, idOf, type ToyChain, toyChain, VERSION } from './support/toy.ts'

const chain = toyChain()
chain.grow()
const { runtime, tx } = chain
const read = (xt: Uint8Array) => decodeExtrinsic(xt, runtime.call, runtime.extra)
const validity = (xt: Uint8Array, on: ToyChain = chain): string => {
  const found = on.validate(xt)
  return found.type === 'Ok' ? 'valid' : `${found.value.type}.${found.value.value.type}`
}

function peer(): TypeRegistry {
  const registry = new TypeRegistry()
  const raw = decode(bytes, chain.host.call('Metadata_metadata', new Uint8Array(), chain.state()))
  registry.setMetadata(new Metadata(registry, raw))
  return registry
}

/** Alice's key as their library wants it. */
const pair = {
  address: toHex(alice.publicKey),
  addressRaw: alice.publicKey,
  publicKey: alice.publicKey,
  type: 'sr25519',
  sign: (message: string | Uint8Array) =>
    encode(multiSignature, {
      type: 'Sr25519',
      value: alice.sign(typeof message === 'string' ? Uint8Array.fromHex(message) : message),
    }),
} as never

test('a transaction that @polkadot/types builds and signs is read and valid, short and long', () => {
  const registry = peer()
  const era = mortalEra(8, 1)
  assert.equal(era.type, 'Mortal')
  for (const [length, nonce] of [
    [10, 0],
    [500, 0],
  ] as const) {
    const call = tx.Toy.heavy({ micros: 3, padding: new Uint8Array(length).fill(1) })
    const theirs = registry.createType(
      'Extrinsic',
      registry.createType('Call', encode(runtime.call, call)),
      {
        version: 4,
      },
    )
    theirs.sign(pair, {
      blockHash: chain.hashOf(1),
      era: registry.createType('ExtrinsicEra', { current: 1, period: 8 }),
      genesisHash: chain.genesisHash,
      nonce,
      runtimeVersion: {
        specVersion: VERSION.specVersion,
        transactionVersion: VERSION.transactionVersion,
      } as never,
      tip: 5,
    })
    const xt = decode(bytes, theirs.toU8a())
    const found = read(xt)
    assert.deepEqual(found.call, call)
    assert.equal(found.signed?.who, idOf(alice))
    assert.equal(found.length, theirs.toU8a().length)
    assert.equal(validity(xt), 'valid')
    // Ours with the same content has the same bytes but for the signature, which is randomized.
    const mine = chain.sign(call, alice, { nonce, tip: 5n, era, checkpoint: chain.hashOf(1) })
    assert.deepEqual(mine.subarray(0, 34), xt.subarray(0, 34))
    assert.deepEqual(mine.subarray(99), xt.subarray(99))
    assert.equal(validity(mine), 'valid')
    assert.equal(extrinsicHash(xt), theirs.hash.toHex())
  }
})

test('what we build is read by @polkadot/types', () => {
  const registry = peer()
  const call = tx.Toy.set_pair({ owner: idOf(bob), slotNumber: 7, amount: 9n })
  const mine = chain.sign(call, bob, { nonce: 3, tip: 7n })
  const theirs = registry.createType('Extrinsic', encode(bytes, mine))
  assert.equal(theirs.isSigned, true)
  assert.equal(theirs.signer.toString(), registry.createType('AccountId', bob.publicKey).toString())
  assert.equal(theirs.nonce.toNumber(), 3)
  assert.equal(theirs.tip.toNumber(), 7)
  assert.equal(theirs.method.section, 'toy')
  assert.equal(theirs.method.method, 'setPair')
  assert.deepEqual(theirs.method.toU8a(), encode(runtime.call, call))
})

test('all three signature schemes are good for their own account and no other', () => {
  const call = tx.Toy.count({ by: 1 })
  for (const scheme of ['sr25519', 'ed25519', 'ecdsa'] as const) {
    const signer = keyFromUri('//Alice', scheme)
    const on = toyChain()
    on.edit(() => runtimeProviders(on, signer.accountId))
    assert.equal(validity(on.sign(call, signer), on), 'valid', scheme)
    const mallory = keyFromUri('//Mallory', scheme)
    assert.equal(validity(on.sign(call, signer, { signer: mallory }), on), 'Invalid.BadProof')
  }
  // An ecdsa account is the hash of the key, as in Substrate.
  const ecdsa = keyFromUri('//Alice', 'ecdsa')
  assert.deepEqual(ecdsa.accountId, blake2b256(ecdsa.publicKey))
})
function runtimeProviders(on: ToyChain, account: Uint8Array): void {
  const system = on.runtime.use(on.pallets.System)
  if (!system.exists(toHex(account) as never)) system.incProviders(toHex(account) as never)
}

test('every bit of a signed transaction counts', () => {
  const xt = chain.sign(tx.Toy.count({ by: 1 }), alice)
  assert.equal(validity(xt), 'valid')
  fc.assert(
    fc.property(fc.nat(xt.length - 1), fc.nat(7), (at, bit) => {
      const bent = xt.slice()
      bent[at]! ^= 1 << bit
      assert.notEqual(validity(bent), 'valid')
    }),
    { numRuns: 150 },
  )
  for (let length = 0; length < xt.length; length += 3)
    assert.equal(validity(xt.subarray(0, length)), 'Invalid.Call')
})

test('bytes behind the call are refused', () => {
  const xt = chain.sign(tx.Toy.count({ by: 1 }), alice)
  assert.throws(() => read(new Uint8Array([...xt, 0])), ScaleError)
  assert.equal(validity(new Uint8Array([...xt, 0])), 'Invalid.Call')
})

test('bare transactions of formats 4 and 5 are read; other formats are refused', () => {
  const call = tx.Claims.claim({ proof: Uint8Array.of(7), fails: 0 })
  const body = encode(runtime.call, call)
  for (const version of [0x04, 0x05]) {
    const found = read(Uint8Array.of(version, ...body))
    assert.deepEqual(found.call, call)
    assert.equal(found.signed, undefined)
  }
  for (const version of [0x00, 0x03, 0x06, 0x44, 0x46, 0x83, 0x85, 0xc4, 0xff])
    assert.equal(validity(Uint8Array.of(version, ...body)), 'Invalid.Call')
})

test('a general transaction is understood, and refused: nothing tells who is behind it', () => {
  const { extra } = runtime
  const call = encode(runtime.call, tx.Toy.count({ by: 1 }))
  const signed = read(chain.sign(tx.Toy.count({ by: 1 }), alice)).signed!
  const general = Uint8Array.of(0x45, 0, ...encode(extra, signed.extra), ...call)
  assert.equal(read(general).general, true)
  assert.equal(validity(general), 'Invalid.UnknownOrigin')
  // There is no other extension set.
  assert.equal(validity(Uint8Array.of(0x45, 1, ...general.subarray(2))), 'Invalid.Call')
})

test('addresses: the id and its raw form are read, the rest needs a lookup that is not here', () => {
  const xt = chain.sign(tx.Toy.count({ by: 1 }), alice)
  const tail = xt.subarray(34)
  const raw32 = Uint8Array.of(0x84, 3, ...alice.publicKey, ...tail)
  assert.equal(read(raw32).signed?.who, idOf(alice))
  for (const address of [
    [1, 4],
    [2, 8, 1, 2],
    [4, ...new Array(20).fill(1)],
  ]) {
    const bytes = Uint8Array.of(0x84, ...address, ...tail)
    assert.throws(() => read(bytes), InvalidTx)
    assert.equal(validity(bytes), 'Unknown.CannotLookup')
  }
})

test('calls nested without end are refused before anything recurses into them', () => {
  let call = tx.Toy.count({ by: 1 })
  for (let i = 0; i < 60; i++) call = tx.Nest.each({ calls: [call] })
  assert.equal(validity(chain.sign(call, alice)), 'Invalid.Call')
})
