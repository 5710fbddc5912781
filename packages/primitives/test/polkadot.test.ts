import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, type Hash, toHex } from '@cess/bytes'
import { type Codec, decode, encode, ScaleError } from '@cess/scale'
import { TypeRegistry } from '@polkadot/types'
import type { Header as PeerHeader } from '@polkadot/types/interfaces'
import fc from 'fast-check'
import {
  accountId32,
  type BabePreDigest,
  babeAuthorities,
  babePreDigest,
  block,
  type DigestItem,
  type Era,
  era,
  eraBirth,
  eraDeath,
  grandpaJustification,
  type Header,
  hash256,
  header,
  headerHash,
  mortalEra,
  multiAddress,
  multiSignature,
  runtimeVersion,
  transactionValidity,
} from '../src/index.ts'

const registry = new TypeRegistry()
const options = { numRuns: 60 }

const raw = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const hashes = raw(32).map((b) => toHex(b) as Hash)
const u32s = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const u64s = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>

/** Their type reads our bytes and writes them again, and so do we. */
function agrees<T>(codec: Codec<T>, type: string, values: fc.Arbitrary<T>): void {
  fc.assert(
    fc.property(values, (value) => {
      const mine = encode(codec, value)
      assert.deepEqual(registry.createType(type, mine).toU8a(), mine, type)
      assert.deepEqual(decode(codec, mine), value)
    }),
    options,
  )
}

const logs: fc.Arbitrary<DigestItem> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((value) => ({ type: 'Other' as const, value })),
  fc
    .tuple(
      fc.constantFrom('Consensus' as const, 'Seal' as const, 'PreRuntime' as const),
      raw(4),
      fc.uint8Array({ maxLength: 120 }),
    )
    .map(([type, id, data]) => ({ type, value: [id, data] as const })),
  fc.constant({ type: 'RuntimeEnvironmentUpdated' as const, value: undefined }),
)
const headers: fc.Arbitrary<Header> = record<Header>({
  parentHash: hashes,
  number: u32s,
  stateRoot: hashes,
  extrinsicsRoot: hashes,
  digest: record<Header['digest']>({ logs: fc.array(logs, { maxLength: 5 }) }),
})

test('headers have the bytes and the hash of @polkadot/types', () => {
  agrees(header, 'Header', headers)
  fc.assert(
    fc.property(headers, (value) => {
      const theirs = registry.createType<PeerHeader>('Header', encode(header, value))
      assert.equal(theirs.hash.toHex(), headerHash(value))
      assert.equal(theirs.number.toNumber(), value.number)
      assert.equal(theirs.parentHash.toHex(), value.parentHash)
    }),
    options,
  )
})

test('blocks keep their extrinsics as they came', () => {
  const extrinsics = fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 4 })
  fc.assert(
    fc.property(headers, extrinsics, (h, xts) => {
      const whole = encode(block, { header: h, extrinsics: xts })
      const theirs = registry.createType('(Header, Vec<Bytes>)', whole)
      assert.deepEqual(theirs.toU8a(), whole)
      assert.deepEqual(decode(block, whole), { header: h, extrinsics: xts })
    }),
    options,
  )
})

test('eras have the bytes, births and deaths of @polkadot/types', () => {
  const periods = fc.integer({ min: 2, max: 16 }).map((n) => 2 ** n)
  fc.assert(
    fc.property(periods, fc.nat(5_000_000), fc.nat(5_000_000), (period, signedAt, later) => {
      const value = mortalEra(period, signedAt)
      const mine = encode(era, value)
      const made = registry.createType('ExtrinsicEra', { current: signedAt, period })
      assert.deepEqual(mine, made.toU8a())
      const theirs = registry.createType('ExtrinsicEra', mine).asMortalEra
      assert.deepEqual(decode(era, mine), value)
      const now = Math.max(signedAt, later)
      assert.equal(eraBirth(value, now), theirs.birth(now))
      assert.equal(eraDeath(value, now), theirs.death(now))
      // It was signed while it was valid.
      assert.ok(eraBirth(value, signedAt) <= signedAt && signedAt < eraDeath(value, signedAt))
    }),
    { numRuns: 300 },
  )
})

test('eras: the vectors of Substrate', () => {
  for (const [period, phase, hex] of [
    [64, 42, 'a502'],
    [64, 1000, '8502'],
    [32768, 20000, '4e9c'],
    [65536, 65535, 'ffff'],
  ] as const) {
    const value = mortalEra(period, phase)
    assert.equal(encode(era, value).toHex(), hex)
    assert.deepEqual(decode(era, Uint8Array.fromHex(hex)), value)
  }
  const immortal: Era = { type: 'Immortal' }
  assert.deepEqual(encode(era, immortal), Uint8Array.of(0))
  assert.deepEqual(decode(era, Uint8Array.of(0)), immortal)
  assert.equal(eraBirth(immortal, 77), 0)
  assert.ok(eraDeath(immortal, 77) > 2 ** 32)
})

test('a period is rounded as Substrate does, and an era that cannot be is not written', () => {
  for (const [asked, period] of [
    [0, 4],
    [3, 4],
    [5, 8],
    [50, 64],
    [64, 64],
    [1_000_000, 65_536],
  ] as const) {
    const value = mortalEra(asked, 1_000)
    assert.ok(value.type === 'Mortal' && value.period === period)
    const theirs = registry.createType('ExtrinsicEra', { current: 1_000, period: asked })
    if (asked > 4) assert.deepEqual(encode(era, value), theirs.toU8a())
  }
  for (const [period, phase] of [
    [2, 1],
    [6, 1],
    [64, 64],
    [64, -1],
    [64, 1.5],
    [65_536, 7],
    [131_072, 0],
  ] as const)
    assert.throws(() => encode(era, { type: 'Mortal', period, phase }), ScaleError)
})

test('every two bytes are one era or none: no era has two encodings', () => {
  for (let packed = 0; packed < 65_536; packed++) {
    const bytes = Uint8Array.of(packed & 255, packed >> 8)
    if (bytes[0] === 0) continue
    let value: Era
    try {
      value = decode(era, bytes)
    } catch {
      continue
    }
    assert.deepEqual(encode(era, value), bytes)
    assert.ok(value.type === 'Mortal' && value.phase < value.period && value.period >= 4)
  }
})

test('addresses and signatures have the bytes of @polkadot/types', () => {
  agrees(
    multiAddress,
    // Their MultiAddress class guesses what short bytes mean; this is the type itself.
    '{"_enum":{"Id":"AccountId","Index":"Compact<u32>","Raw":"Bytes","Address32":"[u8;32]","Address20":"[u8;20]"}}',
    fc.oneof(
      raw(32).map((b) => ({ type: 'Id' as const, value: toHex(b) as AccountId })),
      u32s.map((value) => ({ type: 'Index' as const, value })),
      fc.uint8Array({ maxLength: 40 }).map((value) => ({ type: 'Raw' as const, value })),
      raw(32).map((value) => ({ type: 'Address32' as const, value })),
      raw(20).map((value) => ({ type: 'Address20' as const, value })),
    ),
  )
  agrees(
    multiSignature,
    'MultiSignature',
    fc.oneof(
      raw(64).map((value) => ({ type: 'Ed25519' as const, value })),
      raw(64).map((value) => ({ type: 'Sr25519' as const, value })),
      raw(65).map((value) => ({ type: 'Ecdsa' as const, value })),
    ),
  )
  agrees(hash256, 'H256', hashes)
  const key = `0x${'ab'.repeat(32)}`
  const wrong = ['', '0x', key.slice(2), `${key}00`, key.slice(0, -1), `00${key.slice(2)}`]
  for (const text of [...wrong, `0x${'zz'.repeat(32)}`])
    assert.throws(() => encode(hash256, text as Hash), ScaleError, text)
  agrees(
    accountId32,
    'AccountId32',
    raw(32).map((b) => toHex(b) as AccountId),
  )
})

test('BABE pre-digests and authorities have the bytes of @polkadot/types', () => {
  const primary = record<Extract<BabePreDigest, { type: 'Primary' }>['value']>({
    authorityIndex: u32s,
    slot: u64s,
    vrfOutput: raw(32),
    vrfProof: raw(64),
  })
  const plain = record<Extract<BabePreDigest, { type: 'SecondaryPlain' }>['value']>({
    authorityIndex: u32s,
    slot: u64s,
  })
  agrees(
    babePreDigest,
    'RawBabePreDigest',
    fc.oneof(
      primary.map((value) => ({ type: 'Primary' as const, value })),
      plain.map((value) => ({ type: 'SecondaryPlain' as const, value })),
      primary.map((value) => ({ type: 'SecondaryVRF' as const, value })),
    ),
  )
  agrees(
    babeAuthorities as Codec<(readonly [Uint8Array, bigint])[]>,
    'Vec<(AuthorityId, BabeAuthorityWeight)>',
    fc.array(fc.tuple(raw(32), u64s), { maxLength: 4 }),
  )
})

test('GRANDPA justifications have the bytes of @polkadot/types', () => {
  type Justification = ReturnType<typeof grandpaJustification.read>
  const precommit = record<Justification['precommits'][number]>({
    targetHash: hashes,
    targetNumber: u32s,
    signature: raw(64),
    id: raw(32),
  })
  agrees(
    grandpaJustification,
    'GrandpaJustification',
    record<Justification>({
      round: u64s,
      targetHash: hashes,
      targetNumber: u32s,
      precommits: fc.array(precommit, { maxLength: 4 }),
      votesAncestries: fc.array(headers, { maxLength: 3 }),
    }),
  )
})

test('runtime versions have the bytes of @polkadot/types', () => {
  const text = fc.string({ maxLength: 12 })
  type Version = ReturnType<typeof runtimeVersion.read>
  agrees(
    runtimeVersion,
    '{"specName":"Text","implName":"Text","authoringVersion":"u32","specVersion":"u32","implVersion":"u32","apis":"Vec<([u8;8],u32)>","transactionVersion":"u32","stateVersion":"u8"}',
    record<Version>({
      specName: text,
      implName: text,
      authoringVersion: u32s,
      specVersion: u32s,
      implVersion: u32s,
      apis: fc.array(fc.tuple(raw(8), u32s), { maxLength: 3 }),
      transactionVersion: u32s,
      stateVersion: fc.nat(1),
    }),
  )
})

test('what the pool is told has the bytes of @polkadot/types', () => {
  type Valid = Extract<ReturnType<typeof transactionValidity.read>, { type: 'Ok' }>['value']
  const tags = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 })
  const valid = record<Valid>({
    priority: u64s,
    requires: tags,
    provides: tags,
    longevity: u64s,
    propagate: fc.boolean(),
  })
  agrees(
    transactionValidity,
    'TransactionValidity',
    valid.map((value) => ({ type: 'Ok' as const, value })),
  )
  // The codes by which clients tell refusals apart.
  const code = (type: string, value: unknown = undefined): string =>
    encode(transactionValidity, {
      type: 'Err',
      value: { type: 'Invalid', value: { type, value } },
    } as never).toHex()
  assert.equal(code('Payment'), '010001')
  assert.equal(code('Stale'), '010003')
  assert.equal(code('BadProof'), '010004')
  assert.equal(code('Custom', 9), '01000709')
  assert.equal(code('UnknownOrigin'), '01000c')
})
