import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Metadata, TypeRegistry } from '@polkadot/types'
import {
  type AnyCodec,
  bitVec,
  bool,
  btreeMap,
  bytes,
  type Codec,
  compact,
  encode,
  fixedBytes,
  kase,
  lazy,
  metadataV14,
  metadataV15,
  metadataV16,
  newtype,
  option,
  Reader,
  type RuntimeDescription,
  str,
  struct,
  tuple,
  u8,
  u16,
  u32,
  u64,
  u128,
  unit,
  variant,
  vec,
} from '../src/index.ts'
import { portableType } from '../src/metadata/portable.ts'
import { buildRegistry } from '../src/metadata/registry.ts'

const account = struct('sp_core::crypto::AccountId32', { inner: fixedBytes(32) })
const address = variant(
  'sp_runtime::multiaddress::MultiAddress',
  { Id: kase(0, account), Index: kase(1, compact(u32)) },
  [
    { name: 'AccountId', codec: account },
    { name: 'AccountIndex', codec: unit },
  ],
)
const signature = variant('sp_runtime::MultiSignature', { Sr25519: kase(1, fixedBytes(64)) })
const era = newtype('sp_runtime::generic::era::Era', u8)

// The runtime's Call contains itself through `batch`.
const calls: Codec<unknown> = variant('pallet_toy::pallet::Call', {
  put: kase(
    0,
    struct('', { fileHash: fixedBytes(64), owner: account, size: compact(u128) }),
    'Puts.\nTwice.',
  ),
  batch: kase(3, struct('', { calls: vec(lazy(() => runtimeCall)) })),
  nothing: kase(9, struct('', {})),
})
const runtimeCall: Codec<unknown> = variant('toy_runtime::RuntimeCall', { Toy: kase(7, calls) })
const events = variant('pallet_toy::pallet::Event', {
  Stored: kase(0, struct('', { who: account, freeBytes: u64 })),
  Quiet: kase(1, unit),
})
const errors = variant('pallet_toy::pallet::Error', {
  Full: kase(0, unit, 'No room left.'),
  Gone: kase(1, unit),
})
const runtimeEvent = variant('toy_runtime::RuntimeEvent', { Toy: kase(7, events) })
const runtimeError = variant('toy_runtime::RuntimeError', { Toy: kase(7, errors) })
const extra = tuple(era, compact(u32))
const fileInfo = struct('pallet_toy::types::FileInfo', {
  segmentCount: u16,
  owners: vec(account, 10),
  bits: bitVec(8),
  notes: btreeMap(u32, str),
  next: option(u32),
})

const uncheckedExtrinsic = struct(
  'sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic',
  { inner: bytes },
  [
    { name: 'Address', codec: address },
    { name: 'Call', codec: runtimeCall },
    { name: 'Signature', codec: signature },
    { name: 'Extra', codec: extra },
  ],
)
const eventRecord = struct('frame_system::EventRecord', { event: runtimeEvent }, [
  { name: 'E', codec: runtimeEvent },
  { name: 'T', codec: fixedBytes(32) },
])

const description: RuntimeDescription = {
  pallets: [
    {
      name: 'Toy',
      index: 7,
      docs: ['A pallet to test with.'],
      storage: {
        prefix: 'Toy',
        entries: [
          {
            name: 'Total',
            modifier: 'Default',
            type: { plain: u128 },
            default: encode(u128, 5n),
            docs: ['All of it.'],
          },
          {
            name: 'Events',
            modifier: 'Default',
            type: { plain: vec(eventRecord) },
            default: Uint8Array.of(0),
            docs: [],
          },
          {
            name: 'File',
            modifier: 'Optional',
            type: { map: { hashers: ['Blake2_128Concat'], key: fixedBytes(64), value: fileInfo } },
            default: Uint8Array.of(0),
            docs: [],
          },
          {
            name: 'Pair',
            modifier: 'Default',
            type: {
              map: {
                hashers: ['Blake2_128Concat', 'Twox64Concat'],
                key: tuple(account, u32),
                value: bool,
              },
            },
            default: Uint8Array.of(0),
            docs: [],
          },
        ],
      },
      calls,
      events,
      errors,
      constants: [{ name: 'Limit', codec: u32, value: encode(u32, 42), docs: ['The most.'] }],
      associatedTypes: [{ name: 'Currency', codec: u128, docs: ['Money.'] }],
      viewFunctions: [
        {
          id: new Uint8Array(32).fill(3),
          name: 'free_space',
          inputs: [{ name: 'accountId', codec: account }],
          output: option(u64),
          docs: ['What is left.'],
        },
      ],
    },
    {
      name: 'Empty',
      index: 9,
      docs: [],
      storage: undefined,
      calls: undefined,
      events: undefined,
      errors: undefined,
      constants: [],
      associatedTypes: [],
      viewFunctions: [],
    },
  ],
  extrinsic: {
    version: 4,
    versions: [4, 5],
    address,
    call: runtimeCall,
    signature,
    extra,
    extrinsic: uncheckedExtrinsic,
    extensions: [
      { identifier: 'CheckMortality', extra: era, additional: fixedBytes(32) },
      { identifier: 'CheckNonce', extra: compact(u32), additional: unit },
    ],
  },
  runtime: struct('toy_runtime::Runtime', {}),
  outerEnums: { call: runtimeCall, event: runtimeEvent, error: runtimeError },
  apis: [
    {
      name: 'ToyApi',
      version: 3,
      docs: ['An API.'],
      methods: [
        {
          name: 'size_of',
          inputs: [{ name: 'fileHash', codec: fixedBytes(64) }],
          output: option(u128),
          docs: ['Bytes of a file.'],
        },
        {
          name: 'apply',
          inputs: [{ name: 'extrinsic', codec: uncheckedExtrinsic }],
          output: unit,
          docs: [],
        },
      ],
    },
  ],
}

const makers = { 14: metadataV14, 15: metadataV15, 16: metadataV16 } as const

function read(raw: Uint8Array): { registry: TypeRegistry; metadata: Metadata } {
  const registry = new TypeRegistry()
  const metadata = new Metadata(registry, raw)
  registry.setMetadata(metadata)
  return { registry, metadata }
}

for (const version of [14, 15, 16] as const) {
  test(`@polkadot/types reads V${version} whole, without any type of its own`, () => {
    const raw = makers[version](description)
    const { registry, metadata } = read(raw)
    assert.equal(metadata.version, version)
    assert.deepEqual(metadata.toU8a(), raw, 'bytes left over, or read as something else')
    const { pallets, extrinsic } = metadata.asLatest
    assert.deepEqual(
      pallets.map((p) => [p.name.toString(), p.index.toNumber()]),
      [
        ['Toy', 7],
        ['Empty', 9],
      ],
    )
    assert.deepEqual(
      extrinsic.transactionExtensions.map((e) => e.identifier.toString()),
      ['CheckMortality', 'CheckNonce'],
    )
    assert.equal(Number(extrinsic.versions.at(0)), 4)
    const [toy, empty] = [pallets[0]!, pallets[1]!]
    assert.ok(empty.storage.isNone && empty.calls.isNone && empty.events.isNone)
    assert.deepEqual(
      toy.storage.unwrap().items.map((i) => [i.name.toString(), i.modifier.type]),
      [
        ['Total', 'Default'],
        ['Events', 'Default'],
        ['File', 'Optional'],
        ['Pair', 'Default'],
      ],
    )
    const pair = toy.storage.unwrap().items[3]!.type.asMap
    assert.deepEqual(
      pair.hashers.map((h) => h.type),
      ['Blake2_128Concat', 'Twox64Concat'],
    )
    assert.equal(toy.constants[0]!.value.toHex(), '0x2a000000')
    // A call built by their library decodes to ours, and the other way round.
    const call = registry.createType('Call', {
      callIndex: [7, 0],
      args: [new Uint8Array(64).fill(1), new Uint8Array(32).fill(2), 1_000],
    })
    const value = {
      type: 'Toy',
      value: {
        type: 'put',
        value: {
          fileHash: new Uint8Array(64).fill(1),
          owner: { inner: new Uint8Array(32).fill(2) },
          size: 1_000n,
        },
      },
    }
    assert.deepEqual(call.toU8a(), encode(runtimeCall, value))
    const batch = encode(runtimeCall, {
      type: 'Toy',
      value: { type: 'batch', value: { calls: [value, value] } },
    })
    const theirs = registry.createType('Call', batch)
    assert.deepEqual(theirs.toU8a(), batch)
    assert.equal(theirs.method, 'batch')
  })
}

test('fields and inputs have the names that Rust gives them', () => {
  const { metadata } = read(metadataV16(description))
  const { lookup } = metadata.asLatest
  const put = lookup
    .getSiType(metadata.asLatest.pallets[0]!.calls.unwrap().type)
    .def.asVariant.variants.find((v) => v.name.eq('put'))!
  assert.deepEqual(
    put.fields.map((f) => [f.name.unwrap().toString(), f.typeName.unwrapOr('').toString()]),
    [
      ['file_hash', '[u8; 64]'],
      ['owner', 'AccountId32'],
      ['size', 'u128'],
    ],
  )
  assert.deepEqual(put.docs.map(String), ['Puts.', 'Twice.'])
  const api = metadata.asLatest.apis[0]!
  assert.equal(api.version.toNumber(), 3)
  assert.equal(api.methods[0]!.inputs[0]!.name.toString(), 'file_hash')
})

test('V15 and V16 tell docs, runtime APIs and outer enums; V16 also view functions and associated types', () => {
  for (const make of [metadataV15, metadataV16]) {
    const latest = read(make(description)).metadata.asLatest
    assert.deepEqual(latest.pallets[0]!.docs.map(String), ['A pallet to test with.'])
    assert.equal(latest.apis[0]!.methods[0]!.docs[0]!.toString(), 'Bytes of a file.')
    const path = (id: typeof latest.outerEnums.callType) =>
      latest.lookup.getSiType(id).path.map(String).join('::')
    assert.equal(path(latest.outerEnums.callType), 'toy_runtime::RuntimeCall')
    assert.equal(path(latest.outerEnums.eventType), 'toy_runtime::RuntimeEvent')
    assert.equal(path(latest.outerEnums.errorType), 'toy_runtime::RuntimeError')
  }
  const v16 = read(metadataV16(description)).metadata.asV16
  const toy = v16.pallets[0]!
  assert.equal(toy.associatedTypes[0]!.name.toString(), 'Currency')
  assert.equal(toy.viewFunctions[0]!.id.toHex(), `0x${'03'.repeat(32)}`)
  assert.equal(toy.viewFunctions[0]!.inputs[0]!.name.toString(), 'account_id')
  assert.ok(toy.deprecationInfo.isNotDeprecated)
  assert.equal(toy.calls.unwrap().deprecationInfo.size, 0)
  assert.deepEqual([...v16.extrinsic.versions].map(Number), [4, 5])
  const sets = [...v16.extrinsic.transactionExtensionsByVersion].map(([k, v]) => [
    Number(k),
    v.map((i) => i.toNumber()),
  ])
  assert.deepEqual(sets, [[0, [0, 1]]])
})

test('types of one shape have one number, others have their own', () => {
  const twin = (): AnyCodec => struct('a::B', { x: vec(u32, 4), y: option(bool) })
  const [first, second] = [twin(), twin()]
  const { types, idOf } = buildRegistry([first, second, vec(second), vec(u32), vec(u64)])
  assert.equal(idOf(first), idOf(second))
  assert.notEqual(idOf(first), idOf(u32))
  assert.equal(types.filter((t) => t.path.join('::') === 'a::B').length, 1)
  assert.deepEqual(
    types.map((t) => t.id),
    types.map((_, i) => i),
  )
  assert.throws(() => idOf(str), TypeError)
  // The same name with another inside is another type.
  const other = buildRegistry([twin(), struct('a::B', { x: vec(u64), y: option(bool) })])
  assert.equal(other.types.filter((t) => t.path.join('::') === 'a::B').length, 2)
})

test('two types that contain themselves and each other are told apart by what they end in', () => {
  const list = (of: AnyCodec): AnyCodec => {
    const self: AnyCodec = struct('List', { head: of, tail: option(lazy(() => self)) })
    return self
  }
  const { types } = buildRegistry([list(u8), list(u8), list(u16)])
  assert.equal(types.filter((t) => t.path[0] === 'List').length, 2)
  const loop: AnyCodec = lazy(() => loop)
  assert.throws(() => buildRegistry([loop]), TypeError)
})

test("the registry of CESS's own testnet comes back byte for byte", () => {
  // fixtures/cess-testnet.v14.scale.gz: metadata of CESSProject/cess tag v0.7.8-venus (Apache-2.0).
  const packed = readFileSync(new URL('./fixtures/cess-testnet.v14.scale.gz', import.meta.url))
  const raw = new Uint8Array(gunzipSync(packed))
  const reader = new Reader(raw)
  reader.raw(5)
  const start = reader.pos
  const types = vec(portableType).read(reader)
  assert.ok(types.length > 500)
  assert.deepEqual(encode(vec(portableType), types), raw.slice(start, reader.pos))
  // It is metadata of the same kind as ours.
  assert.equal(read(raw).metadata.version, 14)
})
