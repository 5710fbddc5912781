import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as S from 'scale-ts'
import {
  array,
  bool,
  bytes,
  type Codec,
  compact,
  decode,
  encode,
  enumeration,
  fixedBytes,
  i8,
  i16,
  i32,
  i64,
  i128,
  kase,
  option,
  result,
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

/** Same bytes as scale-ts, and the value comes back from both encodings. */
function agrees<T, P>(
  codec: Codec<T>,
  peer: S.Codec<P>,
  values: fc.Arbitrary<T>,
  toPeer: (value: T) => P,
): void {
  fc.assert(
    fc.property(values, (value) => {
      const mine = encode(codec, value)
      assert.deepEqual(mine, peer.enc(toPeer(value)))
      assert.deepEqual(decode(codec, mine), value)
    }),
  )
}
const same = <T>(value: T): T => value

const int = (bits: number, signed = false) =>
  signed
    ? fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
    : fc.integer({ min: 0, max: 2 ** bits - 1 })
const bigInt = (bits: bigint, signed = false) =>
  signed
    ? fc.bigInt({ min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n })
    : fc.bigInt({ min: 0n, max: (1n << bits) - 1n })
const byteArray = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const text = fc.string({ unit: 'binary' })

test('integers, booleans and strings have the bytes of scale-ts', () => {
  agrees(u8, S.u8, int(8), same)
  agrees(u16, S.u16, int(16), same)
  agrees(u32, S.u32, int(32), same)
  agrees(u64, S.u64, bigInt(64n), same)
  agrees(u128, S.u128, bigInt(128n), same)
  agrees(i8, S.i8, int(8, true), same)
  agrees(i16, S.i16, int(16, true), same)
  agrees(i32, S.i32, int(32, true), same)
  agrees(i64, S.i64, bigInt(64n, true), same)
  agrees(i128, S.i128, bigInt(128n, true), same)
  agrees(bool, S.bool, fc.boolean(), same)
  agrees(str, S.str, text, same)
})

test('compact integers have the bytes of scale-ts in all four modes', () => {
  // Even shares of the lengths, which uniform numbers would hardly ever be.
  const sized = fc.integer({ min: 0, max: 128 }).chain((bits) => bigInt(BigInt(bits)))
  agrees(compact(u128), S.compact, sized, same)
  const edges = [0, 1, 63, 64, 16383, 16384, 2 ** 30 - 1, 2 ** 30, 2 ** 32 - 1]
  for (const n of edges) {
    assert.deepEqual(encode(compact(u32), n), S.compact.enc(n))
    assert.equal(decode(compact(u32), S.compact.enc(n)), n)
  }
  agrees(compact(u32), S.compact, int(32), same)
})

test('byte strings and sequences have the bytes of scale-ts', () => {
  const opaque = fc.uint8Array({ maxLength: 200 })
  agrees(bytes, S.Bytes(), opaque, same)
  agrees(fixedBytes(32), S.Bytes(32), byteArray(32), same)
  const list = fc.array(int(16), { maxLength: 80 })
  agrees(vec(u16) as Codec<number[]>, S.Vector(S.u16), list, same)
  const four = fc.array(int(32), { minLength: 4, maxLength: 4 })
  agrees(array(u32, 4) as Codec<number[]>, S.Vector(S.u32, 4), four, same)
})

test('options, results, tuples, structs and enums have the bytes of scale-ts', () => {
  agrees(option(u32), S.Option(S.u32), fc.option(int(32), { nil: undefined }), same)
  const pair: fc.Arbitrary<readonly [number, string]> = fc.tuple(int(8), text)
  agrees(tuple(u8, str), S.Tuple(S.u8, S.str), pair, ([a, b]) => [a, b] as [number, string])
  agrees(
    struct('Account', { nonce: u32, free: u128, flags: option(bool) }),
    S.Struct({ nonce: S.u32, free: S.u128, flags: S.Option(S.bool) }),
    fc.record(
      {
        nonce: int(32),
        free: bigInt(128n),
        flags: fc.option(fc.boolean(), { nil: undefined }),
      },
      { noNullPrototype: true },
    ),
    same,
  )
  agrees(
    result(u32, str),
    S.Result(S.u32, S.str),
    fc.oneof(
      int(32).map((value) => ({ type: 'Ok' as const, value })),
      text.map((value) => ({ type: 'Err' as const, value })),
    ),
    (v) => ({ success: v.type === 'Ok', value: v.value }) as S.ResultPayload<number, string>,
  )
  const animal = variant('Animal', {
    None: kase(0, unit),
    Cat: kase(3, struct('', { lives: u8 })),
    Dog: kase(7, str),
  })
  agrees(
    animal,
    S.Enum({ None: S._void, Cat: S.Struct({ lives: S.u8 }), Dog: S.str }, [0, 3, 7]),
    fc.oneof(
      fc.constant({ type: 'None' as const, value: undefined }),
      int(8).map((lives) => ({ type: 'Cat' as const, value: { lives } })),
      text.map((value) => ({ type: 'Dog' as const, value })),
    ),
    (v) => ({ tag: v.type, value: v.value }) as never,
  )
  const suit = enumeration('Suit', ['Clubs', 'Hearts', 'Spades'])
  for (const [i, name] of (['Clubs', 'Hearts', 'Spades'] as const).entries())
    assert.deepEqual(encode(suit, name), Uint8Array.of(i))
})
