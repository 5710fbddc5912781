/**
 * Our codecs against scale-ts and @polkadot/types, on what a node decodes and encodes all day: a header, a
 * signed transfer and the events of a block with 100 transfers. Prints one JSON line a measure:
 * {"name","value","unit","peer","peerValue","ratio"}, values in operations a second, ratio = value / peerValue.
 */
import assert from 'node:assert/strict'
import { TypeRegistry } from '@polkadot/types'
import * as S from 'scale-ts'
import {
  bytes,
  type Codec,
  compact,
  decode,
  encode,
  enumeration,
  fixedBytes,
  kase,
  struct,
  tuple,
  u8,
  u32,
  u64,
  u128,
  unit,
  variant,
  vec,
} from '../src/index.ts'

const ROUNDS = 7
const ROUND_MS = 60

const hash = fixedBytes(32)
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)

// A BABE header: pre-digest, epoch log, seal.
const engineItem = tuple(fixedBytes(4), bytes)
const header = struct('Header', {
  parentHash: hash,
  number: compact(u32),
  stateRoot: hash,
  extrinsicsRoot: hash,
  digest: struct('Digest', {
    logs: vec(
      variant('DigestItem', {
        Other: kase(0, bytes),
        Consensus: kase(4, engineItem),
        Seal: kase(5, engineItem),
        PreRuntime: kase(6, engineItem),
        RuntimeEnvironmentUpdated: kase(8, unit),
      }),
    ),
  }),
})
const sEngineItem = S.Tuple(S.Bytes(4), S.Bytes())
const sHeader = S.Struct({
  parentHash: S.Bytes(32),
  number: S.compact,
  stateRoot: S.Bytes(32),
  extrinsicsRoot: S.Bytes(32),
  digest: S.Struct({
    logs: S.Vector(
      S.Enum(
        {
          Other: S.Bytes(),
          Consensus: sEngineItem,
          Seal: sEngineItem,
          PreRuntime: sEngineItem,
          RuntimeEnvironmentUpdated: S._void,
        },
        [0, 4, 5, 6, 8],
      ),
    ),
  }),
})
const babe = filled(4, 0x42)
const headerValue = {
  parentHash: filled(32, 1),
  number: 29_378_183,
  stateRoot: filled(32, 2),
  extrinsicsRoot: filled(32, 3),
  digest: {
    logs: [
      { type: 'PreRuntime' as const, value: [babe, filled(109, 4)] as const },
      { type: 'Seal' as const, value: [babe, filled(64, 5)] as const },
    ],
  },
}

// A signed transfer, format 4, field by field.
const address = variant('MultiAddress', { Id: kase(0, hash), Index: kase(1, compact(u32)) })
const extrinsic = struct('Extrinsic', {
  version: u8,
  signer: address,
  signature: variant('MultiSignature', {
    Ed25519: kase(0, fixedBytes(64)),
    Sr25519: kase(1, fixedBytes(64)),
  }),
  era: fixedBytes(2),
  nonce: compact(u32),
  tip: compact(u128),
  pallet: u8,
  call: u8,
  dest: address,
  amount: compact(u128),
})
const sAddress = S.Enum({ Id: S.Bytes(32), Index: S.compact })
const sExtrinsic = S.Struct({
  version: S.u8,
  signer: sAddress,
  signature: S.Enum({ Ed25519: S.Bytes(64), Sr25519: S.Bytes(64) }),
  era: S.Bytes(2),
  nonce: S.compact,
  tip: S.compact,
  pallet: S.u8,
  call: S.u8,
  dest: sAddress,
  amount: S.compact,
})
const extrinsicValue = {
  version: 0x84,
  signer: { type: 'Id' as const, value: filled(32, 6) },
  signature: { type: 'Sr25519' as const, value: filled(64, 7) },
  era: filled(2, 0x65),
  nonce: 4_242,
  tip: 0n,
  pallet: 6,
  call: 0,
  dest: { type: 'Id' as const, value: filled(32, 8) },
  amount: 123_456_789_012_345n,
}

// System.Events after 100 transfers: withdraw, transfer, deposit, fee, success each.
const weight = struct('Weight', { refTime: compact(u64), proofSize: compact(u64) })
const events = vec(
  struct('EventRecord', {
    phase: variant('Phase', {
      ApplyExtrinsic: kase(0, u32),
      Finalization: kase(1, unit),
      Initialization: kase(2, unit),
    }),
    event: variant('RuntimeEvent', {
      System: kase(
        0,
        variant('System', {
          ExtrinsicSuccess: kase(
            0,
            struct('', {
              weight,
              class: enumeration('Class', ['Normal', 'Operational', 'Mandatory']),
              paysFee: enumeration('Pays', ['Yes', 'No']),
            }),
          ),
        }),
      ),
      Balances: kase(
        6,
        variant('Balances', {
          Transfer: kase(2, struct('', { from: hash, to: hash, amount: u128 })),
          Deposit: kase(7, struct('', { who: hash, amount: u128 })),
          Withdraw: kase(8, struct('', { who: hash, amount: u128 })),
        }),
      ),
    }),
    topics: vec(hash),
  }),
)
const sWeight = S.Struct({ refTime: S.compact, proofSize: S.compact })
const sEvents = S.Vector(
  S.Struct({
    phase: S.Enum({ ApplyExtrinsic: S.u32, Finalization: S._void, Initialization: S._void }),
    event: S.Enum(
      {
        System: S.Enum({
          ExtrinsicSuccess: S.Struct({ weight: sWeight, class: S.u8, paysFee: S.u8 }),
        }),
        Balances: S.Enum(
          {
            Transfer: S.Struct({ from: S.Bytes(32), to: S.Bytes(32), amount: S.u128 }),
            Deposit: S.Struct({ who: S.Bytes(32), amount: S.u128 }),
            Withdraw: S.Struct({ who: S.Bytes(32), amount: S.u128 }),
          },
          [2, 7, 8],
        ),
      },
      [0, 6],
    ),
    topics: S.Vector(S.Bytes(32)),
  }),
)
const who = filled(32, 9)
const balance = <T extends string, V>(type: T, value: V) =>
  ({ type: 'Balances' as const, value: { type, value } }) as const
const transferEvents = [
  balance('Withdraw', { who, amount: 10n ** 15n }),
  balance('Transfer', { from: who, to: filled(32, 10), amount: 10n ** 18n }),
  balance('Deposit', { who, amount: 10n ** 14n }),
  balance('Deposit', { who: filled(32, 11), amount: 10n ** 14n }),
  {
    type: 'System' as const,
    value: {
      type: 'ExtrinsicSuccess' as const,
      value: {
        weight: { refTime: 300_000_000n, proofSize: 400n },
        class: 'Normal' as const,
        paysFee: 'Yes' as const,
      },
    },
  },
]
const eventsValue = Array.from({ length: 100 }, (_, i) =>
  transferEvents.map((event) => ({
    phase: { type: 'ApplyExtrinsic' as const, value: i },
    event,
    topics: [],
  })),
).flat()

// What @polkadot/types calls the same types.
const registry = new TypeRegistry()
registry.register({
  BenchAddress: { _enum: { Id: '[u8; 32]', Index: 'Compact<u32>' } },
  BenchSignature: { _enum: { Ed25519: '[u8; 64]', Sr25519: '[u8; 64]' } },
  BenchExtrinsic: {
    version: 'u8',
    signer: 'BenchAddress',
    signature: 'BenchSignature',
    era: '[u8; 2]',
    nonce: 'Compact<u32>',
    tip: 'Compact<u128>',
    pallet: 'u8',
    call: 'u8',
    dest: 'BenchAddress',
    amount: 'Compact<u128>',
  },
  BenchWeight: { refTime: 'Compact<u64>', proofSize: 'Compact<u64>' },
  BenchSystem: {
    _enum: { ExtrinsicSuccess: '{"weight":"BenchWeight","class":"u8","paysFee":"u8"}' },
  },
  BenchBalances: {
    _enum: {
      Unused0: 'Null',
      Unused1: 'Null',
      Transfer: '{"from":"[u8;32]","to":"[u8;32]","amount":"u128"}',
      Unused3: 'Null',
      Unused4: 'Null',
      Unused5: 'Null',
      Unused6: 'Null',
      Deposit: '{"who":"[u8;32]","amount":"u128"}',
      Withdraw: '{"who":"[u8;32]","amount":"u128"}',
    },
  },
  BenchEvent: {
    _enum: {
      System: 'BenchSystem',
      Unused1: 'Null',
      Unused2: 'Null',
      Unused3: 'Null',
      Unused4: 'Null',
      Unused5: 'Null',
      Balances: 'BenchBalances',
    },
  },
  BenchRecord: { phase: 'Phase', event: 'BenchEvent', topics: 'Vec<[u8;32]>' },
})

interface Candidate {
  readonly name: string
  readonly run: () => unknown
  readonly rates: number[]
}

const rate = (run: () => unknown): number => {
  const start = performance.now()
  let count = 0
  let elapsed = 0
  do {
    for (let i = 0; i < 20; i++) run()
    count += 20
    elapsed = performance.now() - start
  } while (elapsed < ROUND_MS)
  return (count * 1000) / elapsed
}
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!

/** Candidates take turns, so that a slow moment of the machine hits all alike. */
function compareAll(name: string, runs: Readonly<Record<string, () => unknown>>): void {
  const candidates: Candidate[] = Object.entries(runs).map(([peer, run]) => ({
    name: peer,
    run,
    rates: [],
  }))
  for (const { run } of candidates) rate(run)
  for (let round = 0; round < ROUNDS; round++) for (const c of candidates) c.rates.push(rate(c.run))
  const [ours, ...peers] = candidates.map((c) => ({ name: c.name, value: median(c.rates) }))
  for (const peer of peers)
    process.stdout.write(
      `${JSON.stringify({
        name,
        value: Math.round(ours!.value),
        unit: 'op/s',
        peer: peer.name,
        peerValue: Math.round(peer.value),
        ratio: Number((ours!.value / peer.value).toFixed(2)),
      })}\n`,
    )
}

function bench<T, P>(name: string, codec: Codec<T>, value: T, peer: S.Codec<P>, type: string) {
  const raw = encode(codec, value)
  const peerValue = peer.dec(raw)
  const theirs = registry.createType(type, raw)
  assert.deepEqual(peer.enc(peerValue), raw)
  assert.deepEqual(theirs.toU8a(), raw)
  assert.deepEqual(decode(codec, raw), value)
  compareAll(`${name} decode`, {
    cess: () => decode(codec, raw),
    'scale-ts': () => peer.dec(raw),
    '@polkadot/types': () => registry.createType(type, raw),
  })
  compareAll(`${name} encode`, {
    cess: () => encode(codec, value),
    'scale-ts': () => peer.enc(peerValue),
    '@polkadot/types': () => theirs.toU8a(),
  })
}

bench('header', header, headerValue, sHeader, 'Header')
bench('extrinsic', extrinsic, extrinsicValue, sExtrinsic, 'BenchExtrinsic')
bench('500 events', events as Codec<typeof eventsValue>, eventsValue, sEvents, 'Vec<BenchRecord>')
