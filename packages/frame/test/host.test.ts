import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex, utf8 } from '@cess/bytes'
import { blake2b64 } from '@cess/crypto'
import { RuntimeTrap, runtimeVersion } from '@cess/primitives'
import { bytes, decode, encode, option, u32, vec } from '@cess/scale'
import { Metadata, TypeRegistry } from '@polkadot/types'
import { apiMethod, createRuntimeHost, runtimeApi } from '../src/index.ts'
import { alice, toyChain, VERSION } from './support/toy.ts'

const NOTHING = new Uint8Array()
const chain = toyChain()
chain.grow([chain.sign(chain.tx.Toy.count({ by: 2 }), alice)])
const call = (name: string, args: Uint8Array = NOTHING) =>
  chain.host.call(name, args, chain.state())

const metadataAt = (version: number): Uint8Array =>
  decode(option(bytes), call('Metadata_metadata_at_version', encode(u32, version)))!
function read(raw: Uint8Array) {
  const registry = new TypeRegistry()
  const metadata = new Metadata(registry, raw)
  registry.setMetadata(metadata)
  return { registry, metadata }
}

test('the version lists every API by the ids that clients look for', () => {
  const version = decode(runtimeVersion, call('Core_version'))
  assert.equal(version.specName, 'toy')
  assert.deepEqual(version, chain.host.version)
  const known: Readonly<Record<string, readonly [string, number]>> = {
    Core: ['df6acb689907609b', 5],
    Metadata: ['37e397fc7c91f5e4', 2],
    BlockBuilder: ['40fe3ad401f8959a', 6],
    TaggedTransactionQueue: ['d2bc9897eed08f15', 3],
    AccountNonceApi: ['bc9d89904f5b923f', 1],
  }
  assert.deepEqual(
    version.apis.map(([id, v]) => [id.toHex(), v]),
    Object.values(known),
  )
  for (const [name, [id]] of Object.entries(known)) assert.equal(blake2b64(utf8(name)).toHex(), id)
})

test('every function that metadata tells of can be called by that name, and no other', () => {
  const { metadata } = read(metadataAt(16))
  const told = metadata.asLatest.apis.flatMap((api) =>
    api.methods.map((m) => `${api.name}_${m.name}`),
  )
  assert.ok(told.includes('Core_execute_block'))
  assert.ok(told.includes('AccountNonceApi_account_nonce'))
  for (const name of told)
    assert.doesNotThrow(() => {
      try {
        call(name)
      } catch (error) {
        if (!(error instanceof RuntimeTrap) || /has no function/.test(error.message)) throw error
      }
    })
  assert.throws(() => call('Core_nothing'), /the runtime has no function Core_nothing/)
  assert.throws(() => call('constructor'), RuntimeTrap)
})

test('arguments must decode, to the last byte', () => {
  const account = alice.publicKey
  assert.equal(decode(u32, call('AccountNonceApi_account_nonce', account)), 1)
  for (const args of [NOTHING, account.subarray(1), new Uint8Array([...account, 0])])
    assert.throws(() => call('AccountNonceApi_account_nonce', args), RuntimeTrap)
  assert.throws(() => call('Core_execute_block', new Uint8Array(10)), RuntimeTrap)
  assert.throws(
    () => call('BlockBuilder_apply_extrinsic', Uint8Array.of(3, 255, 255, 255, 255)),
    RuntimeTrap,
  )
})

test('whatever goes wrong inside a call comes out as a trap that names it', () => {
  const host = createRuntimeHost(chain.runtime, {
    apis: [
      runtimeApi('BrokenApi', 1, {
        bug: apiMethod({
          inputs: {},
          output: u32,
          run: () => {
            throw new TypeError('a bug')
          },
        }),
        lie: apiMethod({ inputs: {}, output: u32, run: () => -1 }),
      }),
    ],
  })
  const bad = (name: string) => host.call(name, NOTHING, chain.state())
  assert.throws(
    () => bad('BrokenApi_bug'),
    (e: Error) =>
      e instanceof RuntimeTrap &&
      /BrokenApi_bug failed: a bug/.test(e.message) &&
      e.cause instanceof TypeError,
  )
  assert.throws(() => bad('BrokenApi_lie'), RuntimeTrap)
  assert.ok(host.version.apis.some(([id]) => id.toHex() === blake2b64(utf8('BrokenApi')).toHex()))
  // The next call works as if nothing had been.
  assert.ok(bad('Core_version').length > 0)
})

test('metadata: V14 by default, all three by number, no others', () => {
  assert.deepEqual(decode(vec(u32), call('Metadata_metadata_versions')), [14, 15, 16])
  assert.deepEqual(decode(bytes, call('Metadata_metadata')), metadataAt(14))
  for (const version of [13, 17, 2 ** 32 - 1])
    assert.equal(
      decode(option(bytes), call('Metadata_metadata_at_version', encode(u32, version))),
      undefined,
    )
})

for (const version of [14, 15, 16] as const)
  test(`@polkadot/types reads the runtime's V${version} metadata with no type of its own`, () => {
    const raw = metadataAt(version)
    const { registry, metadata } = read(raw)
    assert.deepEqual(metadata.toU8a(), raw)
    assert.deepEqual(
      metadata.asLatest.pallets.map((p) => `${p.index} ${p.name}`),
      ['0 System', '3 Clock', '7 Toy', '8 Nest', '9 Claims'],
    )
    assert.deepEqual(
      metadata.asLatest.extrinsic.transactionExtensions.map((e) => e.identifier.toString()),
      [
        'CheckNonZeroSender',
        'CheckSpecVersion',
        'CheckTxVersion',
        'CheckGenesis',
        'CheckMortality',
        'CheckNonce',
        'CheckWeight',
        'ChargeTransactionPayment',
      ],
    )
    // The events of the last block, by their types.
    const system = chain.runtime.use(chain.pallets.System)
    const stored = chain.state().get(system.storage.Events.key)!
    const records = registry.createType('Vec<FrameSystemEventRecord>', stored)
    assert.deepEqual(records.toU8a(), stored)
    const shown = JSON.parse(JSON.stringify(records.toHuman())) as {
      event: { section: string; method: string; data: Record<string, unknown> }
    }[]
    assert.deepEqual(
      shown.map((r) => `${r.event.section}.${r.event.method}`),
      ['system.ExtrinsicSuccess', 'toy.Counted', 'system.ExtrinsicSuccess'],
    )
    assert.equal(shown[1]!.event.data['newCount'], '2')
    // Errors by index.
    const error = registry.findMetaError(Uint8Array.of(7, 0))
    assert.equal(`${error.section}.${error.name}`, 'toy.TooMany')
    assert.deepEqual(error.docs, ['The counter is full.'])
    const account = registry.createType(
      'FrameSystemAccountInfo',
      chain.state().get(system.storage.Account.keyOf(toHex(alice.publicKey) as never))!,
    )
    assert.equal((account.toJSON() as { nonce: number }).nonce, 1)
    const toy = metadata.asLatest.pallets[2]!
    assert.equal(toy.constants[0]!.name.toString(), 'Limit')
    assert.equal(toy.constants[0]!.value.toHex(), '0x2a000000')
    assert.deepEqual(toy.storage.unwrap().items[0]!.docs.map(String), ['Counts.', 'Up.'])
  })

test('fields have the names that typed clients know from Substrate', () => {
  const { metadata } = read(metadataAt(16))
  const { lookup, pallets } = metadata.asLatest
  const fields = (pallet: number, event: string) =>
    lookup
      .getSiType(pallets[pallet]!.events.unwrap().type)
      .def.asVariant.variants.find((v) => v.name.eq(event))!
      .fields.map((f) => f.name.unwrap().toString())
  assert.deepEqual(fields(0, 'ExtrinsicFailed'), ['dispatch_error', 'dispatch_info'])
  assert.deepEqual(fields(2, 'Counted'), ['who', 'new_count'])
  const weight = [...lookup.types].find(
    ({ type }) => type.path.join('::') === 'sp_weights::weight_v2::Weight',
  )!
  assert.deepEqual(
    weight.type.def.asComposite.fields.map((f) => f.name.unwrap().toString()),
    ['ref_time', 'proof_size'],
  )
  const validate = metadata.asLatest.apis.find((a) => a.name.eq('TaggedTransactionQueue'))!
    .methods[0]!
  assert.deepEqual(
    validate.inputs.map((i) => i.name.toString()),
    ['source', 'tx', 'block_hash'],
  )
  assert.deepEqual([...metadata.asV16.extrinsic.versions].map(Number), [4, 5])
})

test('metadata is the same every time, and says the version that it is of', () => {
  assert.deepEqual(metadataAt(15), metadataAt(15))
  const other = toyChain({ version: { ...VERSION, specVersion: 99 } })
  const raw = other.host.call('Metadata_metadata', NOTHING, other.state())
  assert.notDeepEqual(decode(bytes, raw), metadataAt(14))
})
