import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TypeRegistry } from '@polkadot/types'
import fc from 'fast-check'
import {
  bitVec,
  btreeMap,
  btreeSet,
  type Codec,
  char,
  compact,
  decode,
  encode,
  i256,
  lazy,
  mapped,
  newtype,
  option,
  str,
  struct,
  tuple,
  u8,
  u16,
  u32,
  u64,
  u128,
  u256,
  vec,
} from '../src/index.ts'

const registry = new TypeRegistry()
const theirs = (type: string, value: unknown): Uint8Array =>
  registry.createType(type, value).toU8a()

const big = (bits: bigint) => fc.bigInt({ min: 0n, max: (1n << bits) - 1n })
const options = { numRuns: 60 }

/** Same bytes as @polkadot/types, and they decode to the value. */
function agrees<T>(
  codec: Codec<T>,
  type: string,
  values: fc.Arbitrary<T>,
  toPeer: (v: T) => unknown = (v) => v,
): void {
  fc.assert(
    fc.property(values, (value) => {
      const mine = encode(codec, value)
      assert.deepEqual(mine, theirs(type, toPeer(value)))
      assert.deepEqual(decode(codec, mine), value)
    }),
    options,
  )
}

test('256-bit and compact integers have the bytes of @polkadot/types', () => {
  agrees(u256, 'u256', big(256n))
  agrees(i256, 'i256', fc.bigInt({ min: -(1n << 255n), max: (1n << 255n) - 1n }))
  agrees(compact(u64), 'Compact<u64>', big(64n))
  agrees(compact(u128), 'Compact<u128>', big(128n))
  agrees(compact(u256), 'Compact<u256>', big(256n))
})

test('ordered maps and sets have the bytes of @polkadot/types, whatever the order given', () => {
  const key = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(fc.dictionary(key.map(String), big(128n), { maxKeys: 12 }), (entries) => {
      const map = new Map(Object.entries(entries).map(([k, v]) => [Number(k), v]))
      const mine = encode(btreeMap(u32, u128), map)
      assert.deepEqual(mine, theirs('BTreeMap<u32, u128>', map))
      const sorted = [...map].sort(([a], [b]) => a - b)
      assert.deepEqual([...decode(btreeMap(u32, u128), mine)], sorted)
    }),
    options,
  )
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 12 }), (keys) => {
      const mine = encode(btreeSet(u32), new Set(keys))
      assert.deepEqual(mine, theirs('BTreeSet<u32>', new Set(keys)))
      assert.deepEqual(
        [...decode(btreeSet(u32), mine)],
        keys.sort((a, b) => a - b),
      )
    }),
    options,
  )
})

test('structs, tuples and options nested in each other have the bytes of @polkadot/types', () => {
  const inner = struct('Inner', { index: compact(u32), name: option(str) })
  const record = fc.record(
    {
      index: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      name: fc.option(fc.string(), { nil: undefined }),
    },
    { noNullPrototype: true },
  )
  const type = '{"index":"Compact<u32>","name":"Option<Text>"}'
  agrees(inner, type, record, (v) => ({ ...v, name: v.name ?? null }))
  agrees(
    vec(tuple(u8, u16)) as Codec<[number, number][]>,
    'Vec<(u8, u16)>',
    fc.array(fc.tuple(fc.nat(255), fc.nat(65535)), { maxLength: 40 }),
  )
})

test('bit vectors have the bytes of @polkadot/types', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 70 }), (bits) => {
      const mine = encode(bitVec(), bits)
      const peer = registry.createType('BitVec', mine)
      assert.deepEqual(peer.toU8a(), mine)
      // `0b1000_1` and so on: their text has the lowest bit of each byte first.
      const shown = [...peer.toHuman().replace(/^0b|_/g, '')].map((c) => c === '1')
      assert.deepEqual(shown.slice(0, bits.length), bits)
      assert.deepEqual(decode(bitVec(), mine), bits)
    }),
    options,
  )
})

test('a char is its scalar value as u32', () => {
  for (const [text, point] of [
    ['a', 0x61],
    ['ß', 0xdf],
    ['🜂', 0x1f702],
  ] as const) {
    assert.deepEqual(encode(char, text), encode(u32, point))
    assert.equal(decode(char, encode(u32, point)), text)
  }
})

test('newtypes and mapped codecs keep the bytes and change only what is shown', () => {
  const blocks = newtype('Blocks', u32)
  assert.deepEqual(encode(blocks, 7), encode(u32, 7))
  const hex = mapped(
    u16,
    (n) => n.toString(16),
    (text: string) => Number.parseInt(text, 16),
  )
  assert.equal(decode(hex, encode(u16, 0xbeef)), 'beef')
  assert.deepEqual(encode(hex, 'beef'), encode(u16, 0xbeef))
})

test('a type that contains itself comes back', () => {
  interface Tree {
    readonly value: number
    readonly children: readonly Tree[]
  }
  const tree: Codec<Tree> = struct('Tree', { value: u8, children: vec(lazy(() => tree)) })
  const trees = (height: number): fc.Arbitrary<Tree> =>
    fc.record(
      {
        value: fc.nat(255),
        children: height > 0 ? fc.array(trees(height - 1), { maxLength: 3 }) : fc.constant([]),
      },
      { noNullPrototype: true },
    )
  fc.assert(
    fc.property(trees(4), (value) => {
      assert.deepEqual(decode(tree, encode(tree, value)), value)
    }),
    options,
  )
})
