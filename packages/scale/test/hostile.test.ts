import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AnyCodec,
  array,
  bitVec,
  bool,
  boundedBytes,
  btreeMap,
  btreeSet,
  bytes,
  type Codec,
  char,
  compact,
  decode,
  encode,
  enumeration,
  fixedBytes,
  i8,
  i64,
  kase,
  lazy,
  option,
  result,
  ScaleError,
  type ScaleErrorCode,
  str,
  struct,
  tuple,
  u8,
  u16,
  u32,
  u64,
  u128,
  u256,
  unit,
  variant,
  vec,
} from '../src/index.ts'

const fails = (code: ScaleErrorCode, run: () => unknown): void =>
  assert.throws(run, (error) => error instanceof ScaleError && error.code === code)
const refuses = (codec: AnyCodec, hex: string, code: ScaleErrorCode): void =>
  fails(code, () => decode(codec, Uint8Array.fromHex(hex)))

const call: Codec<unknown> = variant('Call', {
  remark: kase(0, bytes),
  batch: kase(1, vec(lazy(() => call))),
})
const everything = struct('Everything', {
  small: u8,
  flag: bool,
  wide: u256,
  signed: i64,
  short: compact(u16),
  amount: compact(u128),
  name: str,
  letter: char,
  raw: boundedBytes(40),
  fixed: fixedBytes(3),
  list: vec(tuple(u16, option(u32)), 5),
  three: array(bool, 3),
  map: btreeMap(u32, str, 4),
  set: btreeSet(u8, 4),
  bits: bitVec(20),
  outcome: result(u8, enumeration('E', ['A', 'B'])),
  call,
})

test('a compact integer has one encoding only: the shortest', () => {
  const longer = [
    '0100',
    'fd00',
    '02000000',
    'feff0000',
    '0300000000',
    '03ffffff3f',
    '070000000000',
  ]
  for (const hex of longer.slice(0, 6)) refuses(compact(u32), hex, 'NOT_CANONICAL')
  for (const hex of longer) refuses(compact(u64), hex, 'NOT_CANONICAL')
  // Lengths are compact integers too.
  refuses(bytes, '0500ff', 'NOT_CANONICAL')
  refuses(vec(u8), '0200000000', 'NOT_CANONICAL')
})

test('compact integers beyond their type are refused', () => {
  refuses(compact(u8), encode(compact(u32), 256).toHex(), 'OUT_OF_RANGE')
  refuses(compact(u16), encode(compact(u32), 65536).toHex(), 'OUT_OF_RANGE')
  refuses(compact(u32), '070000000001', 'OUT_OF_RANGE')
  refuses(compact(u64), encode(compact(u128), 1n << 64n).toHex(), 'OUT_OF_RANGE')
  refuses(compact(u128), `ff${'ff'.repeat(67)}`, 'OUT_OF_RANGE')
})

test('lengths that the input cannot hold are refused before anything is made of them', () => {
  // 2^32-1 and 2^30-1 items, in a handful of bytes.
  for (const codec of [vec(u8), vec(u64), vec(str), bytes, str, btreeMap(u8, u8), btreeSet(u8)])
    for (const hex of ['03ffffffff', 'feffffff00', 'feffffff'])
      refuses(codec, hex, 'UNEXPECTED_END')
  refuses(bitVec(), '03ffffffff', 'UNEXPECTED_END')
  // Items that take no bytes would make any length possible.
  assert.throws(() => vec(unit), TypeError)
  assert.throws(() => vec(struct('Nothing', { a: unit, b: fixedBytes(0) })), TypeError)
  assert.throws(() => option(unit), TypeError)
  assert.throws(() => option(option(u8)), TypeError)
})

test('bounds hold in both directions', () => {
  const bounded: readonly (readonly [AnyCodec, AnyCodec, unknown])[] = [
    [boundedBytes(2), bytes, Uint8Array.of(1, 2, 3)],
    [vec(u8, 2), vec(u8), [1, 2, 3]],
    [btreeSet(u8, 2), btreeSet(u8), new Set([1, 2, 3])],
    [
      btreeMap(u8, u8, 1),
      btreeMap(u8, u8),
      new Map([
        [1, 1],
        [2, 2],
      ]),
    ],
    [bitVec(2), bitVec(), [true, true, true]],
  ]
  for (const [codec, free, value] of bounded) {
    fails('TOO_LONG', () => encode(codec, value))
    fails('TOO_LONG', () => decode(codec, encode(free, value)))
  }
})

test('nesting without end is refused, and not by a stack overflow', () => {
  // batch([batch([batch([…]]])
  const deep = new Uint8Array(200_000)
  for (let i = 0; i < deep.length; i += 2) deep.set([1, 4], i)
  fails('TOO_DEEP', () => decode(call, deep))
  const nested = (levels: number): unknown => {
    let value: unknown = { type: 'remark', value: Uint8Array.of(1) }
    for (let i = 0; i < levels; i++) value = { type: 'batch', value: [value] }
    return value
  }
  assert.deepEqual(decode(call, encode(call, nested(30))), nested(30))
  fails('TOO_DEEP', () => decode(call, encode(call, nested(60))))
  // Brothers are not deeper than each other.
  const wide = { type: 'batch', value: Array.from({ length: 500 }, () => nested(2)) }
  assert.deepEqual(decode(call, encode(call, wide)), wide)
})

test('values outside their type are refused on both sides', () => {
  refuses(bool, '02', 'OUT_OF_RANGE')
  refuses(option(u8), '0201', 'UNKNOWN_VARIANT')
  refuses(enumeration('E', ['A']), '01', 'UNKNOWN_VARIANT')
  refuses(result(u8, u8), '0200', 'UNKNOWN_VARIANT')
  refuses(str, '04ff', 'INVALID_UTF8')
  refuses(str, '0ceda080', 'INVALID_UTF8')
  refuses(char, '00d80000', 'OUT_OF_RANGE')
  refuses(char, '00001100', 'OUT_OF_RANGE')
  const wrong: readonly (readonly [AnyCodec, unknown])[] = [
    [u8, 256],
    [u8, -1],
    [u8, 1.5],
    [u32, Number.NaN],
    [u32, 5n],
    [u64, 5],
    [u64, -1n],
    [u128, 1n << 128n],
    [i8, 128],
    [i8, -129],
    [compact(u32), 2 ** 32],
    [compact(u64), 1n << 64n],
    [compact(u64), -1n],
    [compact(u64), 3],
    [fixedBytes(2), Uint8Array.of(1)],
    [array(u8, 2), [1]],
    [char, 'ab'],
    [char, '\ud800'],
  ]
  for (const [codec, value] of wrong) fails('OUT_OF_RANGE', () => encode(codec, value))
  fails('INVALID_UTF8', () => encode(str, '\ud800'))
  fails('UNKNOWN_VARIANT', () => encode(enumeration('E', ['A']), 'B' as never))
  fails('UNKNOWN_VARIANT', () => encode(call, { type: 'none', value: undefined }))
})

test('a codec that could not tell two values apart cannot be made', () => {
  assert.throws(() => variant('V', { A: kase(0, unit), B: kase(0, unit) }), TypeError)
  assert.throws(() => variant('V', { A: kase(256, unit) }), TypeError)
  assert.throws(() => enumeration('E', ['A', 'A']), TypeError)
  assert.throws(
    () =>
      enumeration(
        'E',
        Array.from({ length: 257 }, (_, i) => `${i}`),
      ),
    TypeError,
  )
  assert.throws(() => compact(str as never), TypeError)
})

test('equal keys of a map: the last one stays, as in Rust; writing refuses what prints alike', () => {
  const map = decode(btreeMap(u8, u8), Uint8Array.of(12, 2, 1, 1, 9, 2, 7))
  assert.deepEqual(
    [...map],
    [
      [1, 9],
      [2, 7],
    ],
  )
  const keys = new Map([
    [Uint8Array.of(1), 1],
    [Uint8Array.of(1), 2],
  ])
  fails('OUT_OF_RANGE', () => encode(btreeMap(bytes, u8), keys))
})

const sample = {
  small: 1,
  flag: true,
  wide: 1n << 255n,
  signed: -5n,
  short: 300,
  amount: 10n ** 30n,
  name: '\ufeffCESS ☂',
  letter: '🜂',
  raw: Uint8Array.of(1, 2, 3),
  fixed: Uint8Array.of(4, 5, 6),
  list: [
    [1, undefined],
    [2, 70_000],
  ] as const,
  three: [true, false, true],
  map: new Map([
    [70_000, 'b'],
    [2, 'a'],
  ]),
  set: new Set([9, 3]),
  bits: [true, false, true, true, false, false, true, false, true],
  outcome: { type: 'Err' as const, value: 'B' as const },
  call: { type: 'batch', value: [{ type: 'remark', value: Uint8Array.of(9) }] },
}

test('every truncation of a message is refused, and so is anything behind it', () => {
  const whole = encode(everything, sample)
  assert.deepEqual(encode(everything, decode(everything, whole)), whole)
  for (let length = 0; length < whole.length; length++)
    assert.throws(() => decode(everything, whole.subarray(0, length)), ScaleError)
  fails('TRAILING_BYTES', () => decode(everything, Uint8Array.of(...whole, 0)))
})

test('any bytes at all give a value or a ScaleError, and a value encodes again', () => {
  const whole = encode(everything, sample)
  const mutated = fc
    .tuple(fc.nat(whole.length - 1), fc.nat(255), fc.uint8Array({ maxLength: 4 }))
    .map(([at, byte, insert]) => {
      const bent = whole.slice()
      bent[at] = byte
      return Uint8Array.of(...bent.subarray(0, at), ...insert, ...bent.subarray(at))
    })
  const check = (codec: AnyCodec) => (input: Uint8Array) => {
    let value: unknown
    try {
      value = decode(codec, input)
    } catch (error) {
      assert.ok(error instanceof ScaleError, String(error))
      return
    }
    assert.deepEqual(decode(codec, encode(codec, value)), value)
  }
  const runs = { numRuns: 2_000 }
  fc.assert(fc.property(mutated, check(everything)), runs)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), check(call)), runs)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 24 }), check(compact(u128))), runs)
})

test('what decodes has no second encoding', () => {
  const strict = struct('', { a: compact(u128), b: vec(option(u16)), c: str, d: bool, e: call })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (input) => {
      let value: ReturnType<typeof strict.read>
      try {
        value = decode(strict, input)
      } catch {
        return
      }
      assert.deepEqual(encode(strict, value), input)
    }),
    { numRuns: 3_000 },
  )
})

test('a result stays as it was when its input and the next encoding change', () => {
  const input = encode(bytes, Uint8Array.of(1, 2, 3))
  const value = decode(bytes, input)
  input.fill(0)
  assert.deepEqual(value, Uint8Array.of(1, 2, 3))
  const first = encode(u32, 1)
  encode(u32, 2)
  assert.deepEqual(first, Uint8Array.of(1, 0, 0, 0))
  // An encoder that threw half-way leaves nothing for the next.
  assert.throws(() => encode(tuple(u32, u8), [1, 300]))
  assert.deepEqual(encode(u8, 7), Uint8Array.of(7))
  // Larger than the pooled buffer.
  const large = new Uint8Array(3_000_000).fill(5)
  assert.deepEqual(decode(bytes, encode(bytes, large)), large)
})
