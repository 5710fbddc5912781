import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AnyCodec,
  bool,
  btreeMap,
  btreeSet,
  char,
  compact,
  decode,
  encode,
  enumeration,
  fixedBytes,
  i16,
  i128,
  kase,
  option,
  str,
  struct,
  tuple,
  u8,
  u16,
  u64,
  unit,
  variant,
  vec,
} from '../src/index.ts'

/** Keys of a set in the order they are written in. */
const order = <T>(codec: AnyCodec, keys: readonly T[]): T[] => [
  ...(decode(btreeSet(codec), encode(btreeSet(codec), new Set(keys))) as ReadonlySet<T>),
]

test('numbers sort by value, not by their little-endian bytes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(65535)), (keys) => {
      const sorted = [...keys].sort((a, b) => a - b)
      assert.deepEqual(order(u16, keys), sorted)
      assert.deepEqual(order(compact(u16), keys), sorted)
    }),
  )
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -32768, max: 32767 })), (keys) => {
      assert.deepEqual(
        order(i16, keys),
        [...keys].sort((a, b) => a - b),
      )
    }),
  )
  assert.deepEqual(order(i128, [1n, -1n, -(1n << 127n), 256n]), [-(1n << 127n), -1n, 1n, 256n])
  assert.deepEqual(order(u64, [256n, 1n, 255n]), [1n, 255n, 256n])
  assert.deepEqual(order(bool, [true, false]), [false, true])
  assert.deepEqual(order(char, ['b', '🜂', 'a']), ['a', 'b', '🜂'])
})

test('strings sort by UTF-8 bytes, sequences item by item, shorter first', () => {
  assert.deepEqual(order(str, ['b', 'aa', 'a', 'ab', '']), ['', 'a', 'aa', 'ab', 'b'])
  const lists = [[256], [1, 2], [1], [], [1, 1]]
  assert.deepEqual(order(vec(u16), lists), [[], [1], [1, 1], [1, 2], [256]])
})

test('structs and tuples sort by their fields in turn, enums by index first', () => {
  const point = struct('Point', { x: u16, y: tuple(u8, u16) })
  const a = { x: 1, y: [9, 1] }
  const b = { x: 256, y: [0, 0] }
  const c = { x: 1, y: [9, 256] }
  assert.deepEqual(order(point, [b, c, a]), [a, c, b])
  const e = variant('E', { Late: kase(5, u8), Early: kase(1, u16), Empty: kase(3, unit) })
  const late = { type: 'Late', value: 0 }
  const early = { type: 'Early', value: 500 }
  const empty = { type: 'Empty', value: undefined }
  assert.deepEqual(order(e, [late, empty, early]), [early, empty, late])
  assert.deepEqual(order(option(u16), [256, undefined, 1]), [undefined, 1, 256])
  assert.deepEqual(order(enumeration('N', ['Z', 'A']), ['A', 'Z']), ['Z', 'A'])
  const hash = fixedBytes(2)
  assert.deepEqual(order(hash, [Uint8Array.of(1, 0), Uint8Array.of(0, 255)]), [
    Uint8Array.of(0, 255),
    Uint8Array.of(1, 0),
  ])
})

test('maps as values keep their own order inside an ordered map', () => {
  const nested = btreeMap(u8, btreeMap(u8, str))
  const value = new Map([
    [2, new Map([[1, 'x']])],
    [
      1,
      new Map([
        [9, 'b'],
        [3, 'a'],
      ]),
    ],
  ])
  const back = decode(nested, encode(nested, value))
  assert.deepEqual([...back.keys()], [1, 2])
  assert.deepEqual(
    [...back.get(1)!],
    [
      [3, 'a'],
      [9, 'b'],
    ],
  )
})
