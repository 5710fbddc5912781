import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  accountId,
  bigintFromLe,
  bigintToLe,
  compare,
  concat,
  EMPTY,
  equal,
  fileId,
  fromHex,
  fromUtf8,
  hash,
  isFileId,
  isHex,
  toHex,
  u32le,
  u64le,
  utf8,
  ZERO_HASH,
} from '../src/index.ts'

const bytes = fc.uint8Array({ maxLength: 80 })

test('hex goes there and back, with and without 0x, in either case', () => {
  fc.assert(
    fc.property(bytes, (raw) => {
      const hex = toHex(raw)
      assert.match(hex, /^0x[0-9a-f]*$/)
      assert.deepEqual(fromHex(hex), raw)
      assert.deepEqual(fromHex(hex.slice(2)), raw)
      assert.deepEqual(fromHex(hex.slice(2).toUpperCase()), raw)
      assert.ok(isHex(hex) && isHex(hex, raw.length) && !isHex(hex, raw.length + 1))
    }),
  )
})

test('what is no hex is refused', () => {
  for (const text of ['0x1', '0xzz', '0x 1', '0x0x12', '12 34', '0x12\n'])
    assert.throws(() => fromHex(text), SyntaxError, JSON.stringify(text))
  for (const value of ['12', '0x1', '0xgg', '0x12\n', 12, null, undefined, {}, ['0x12']])
    assert.equal(isHex(value), false, JSON.stringify(value))
  assert.equal(isHex('0x'), true)
})

test('hashes, accounts and file ids are exactly as long as they must be', () => {
  const hex = `0x${'Ab'.repeat(32)}`
  assert.equal(hash(hex), hex.toLowerCase())
  assert.equal(accountId(hex), hex.toLowerCase())
  assert.equal(hash(ZERO_HASH), ZERO_HASH)
  const bad = [
    '',
    '0x',
    hex.slice(2),
    hex.slice(0, -1),
    hex.slice(0, -2),
    `${hex}00`,
    `${hex}\n`,
    ` ${hex}`,
  ]
  for (const text of bad) {
    assert.throws(() => hash(text), RangeError, JSON.stringify(text))
    assert.throws(() => accountId(text), RangeError)
  }
  const id = 'ab'.repeat(32)
  assert.equal(fileId(id), id)
  for (const text of [
    '',
    id.toUpperCase(),
    `0x${id}`,
    id.slice(1),
    `${id}0`,
    `${id}\n`,
    'g'.repeat(64),
  ])
    assert.throws(() => fileId(text), RangeError, JSON.stringify(text))
  assert.equal(isFileId(5), false)
  // An error never repeats more of its input than fits on a line.
  assert.throws(
    () => hash('x'.repeat(100_000)),
    (error: Error) => error.message.length < 200,
  )
})

test('concat, equal and compare agree with each other', () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (a, b, c) => {
      assert.deepEqual(concat(a, b, c), Uint8Array.from([...a, ...b, ...c]))
      assert.equal(equal(a, b), compare(a, b) === 0)
      assert.equal(Math.sign(compare(a, b)), Math.sign(Buffer.compare(a, b)))
      assert.equal(Math.sign(compare(a, b)) + Math.sign(compare(b, a)), 0)
    }),
  )
  assert.deepEqual(concat(), EMPTY)
  assert.equal(equal(Uint8Array.of(1), Uint8Array.of(1, 0)), false)
  assert.ok(compare(Uint8Array.of(1), Uint8Array.of(1, 0)) < 0)
  assert.ok(compare(Uint8Array.of(255), Uint8Array.of(1, 0)) > 0, 'bytes are unsigned')
})

test('concat copies: the parts may change afterwards', () => {
  const part = Uint8Array.of(1, 2)
  const joined = concat(part)
  part.fill(9)
  assert.deepEqual(joined, Uint8Array.of(1, 2))
})

test('text is UTF-8 and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(fromUtf8(utf8(text)), text)
    }),
  )
  assert.equal(fromUtf8(utf8('\ufeffmark')), '\ufeffmark', 'a byte order mark is a character')
  for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
    assert.throws(() => fromUtf8(Uint8Array.from(wrong)), TypeError)
})

test('integers go to little-endian bytes and back', () => {
  assert.deepEqual(u32le(0x01020304), Uint8Array.of(4, 3, 2, 1))
  assert.deepEqual(u64le(0x0102n), Uint8Array.of(2, 1, 0, 0, 0, 0, 0, 0))
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), (value) => {
      assert.equal(bigintFromLe(bigintToLe(value, 32)), value)
      assert.equal(bigintFromLe(bigintToLe(value, 8)), value & ((1n << 64n) - 1n))
    }),
  )
  assert.equal(bigintFromLe(EMPTY), 0n)
})
