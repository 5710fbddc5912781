import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fromBase32, toBase32 } from '../src/base32.ts'
import {
  createDataHasher,
  createInstanceHasher,
  decodeIscc,
  distance,
  encodeUnit,
  genAudioCode,
  genImageCode,
  genIsccCode,
  genMetaCode,
  genMixedCode,
  genTextCode,
  genVideoCode,
  hamming,
  type MainType,
  type SubType,
} from '../src/index.ts'
import { createMinHash } from '../src/minhash.ts'
import { MINHASH_A, MINHASH_B } from '../src/tables.ts'
import { xxh32 } from '../src/xxhash.ts'

describe('codes as text', () => {
  test('base32 goes there and back, and each byte string has one text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = toBase32(bytes)
        assert.deepEqual(fromBase32(text), bytes)
        // The last letter has bits that nothing stands for: they must be zeros.
        const spare = (text.length * 5) % 8
        if (spare > 0) {
          const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(text.at(-1)!)
          const other = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[last ^ 1]
          assert.throws(() => fromBase32(text.slice(0, -1) + other), { code: 'BAD_CODE' })
        }
      }),
    )
  })

  test('units go there and back', () => {
    const types: [Exclude<MainType, 'ISCC'>, SubType][] = [
      ['META', 'NONE'],
      ['SEMANTIC', 'TEXT'],
      ['CONTENT', 'IMAGE'],
      ['CONTENT', 'MIXED'],
      ['DATA', 'NONE'],
      ['INSTANCE', 'NONE'],
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.integer({ min: 1, max: 8 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        ([mainType, subType], words, digest) => {
          const code = decodeIscc(encodeUnit(mainType, subType, 32 * words, digest))
          const body = digest.subarray(0, 4 * words)
          assert.deepEqual(code, { mainType, subType, version: 0, units: undefined, body })
        },
      ),
    )
  })

  test('what is no code is refused, whatever it is', () => {
    for (const text of [
      '',
      'ISCC:',
      'ISCC:AAAZXZ6OU74YAZI',
      'ISCC:AAAZXZ6OU74YAZIMM',
      'iscc:AAAZXZ6OU74YAZIM',
      'ISCC:aaazxz6ou74yazim',
      'ISCC:AAAZXZ6OU74YAZ1M',
      'ISCC:7AAZXZ6OU74YAZIM',
      'ISCC:AEAZXZ6OU74YAZIM',
      'ISCC:AB7ZXZ6OU74YAZIM',
      'A'.repeat(10_000),
    ])
      assert.throws(() => decodeIscc(text), { name: 'FingerprintError', code: 'BAD_CODE' }, text)
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        try {
          decodeIscc(text)
        } catch (error) {
          assert.equal((error as Error).name, 'FingerprintError')
        }
      }),
    )
  })

  test('codes of different kinds are not compared or combined', () => {
    const [meta, image] = [genMetaCode({ name: 'a' }).iscc, genImageCode(new Uint8Array(1024)).iscc]
    const data = createDataHasher().finish()
    assert.throws(() => distance(meta, image), { code: 'MISMATCH' })
    for (const codes of [[meta, image], [meta], [data, data], [meta, data], []])
      assert.throws(() => genIsccCode(codes), { code: 'MISMATCH' })
    assert.throws(() => genMixedCode([meta, data]), { code: 'MISMATCH' })
    assert.throws(() => genMixedCode([image]), { code: 'BAD_INPUT' })
    assert.deepEqual(distance(image, image), { differing: 0, bits: 64 })
    assert.equal(hamming(Uint8Array.of(0b1011), Uint8Array.of(0b0010)), 2)
    assert.throws(() => hamming(new Uint8Array(1), new Uint8Array(2)), { code: 'MISMATCH' })
  })
})

describe('algorithms against slower ones', () => {
  test('minhash is that of big integers', () => {
    const features = fc.integer({ min: 0, max: 0xffffffff })
    const edges = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]
    fc.assert(
      fc.property(fc.array(features, { minLength: 1, maxLength: 20 }), (some) => {
        const all = [...some, ...edges.slice(0, some.length)]
        const hasher = createMinHash()
        for (const feature of all) hasher.add(feature)
        const least = MINHASH_A.map((a, i) =>
          all
            .map((f) => {
              const product = (a * BigInt(f) + MINHASH_B[i]!) & ((1n << 64n) - 1n)
              return (product % ((1n << 61n) - 1n)) & 0xffffffffn
            })
            .reduce((x, y) => (x < y ? x : y)),
        )
        const bits = [0n, 1n, 2n, 3n].flatMap((bit) => least.map((value) => (value >> bit) & 1n))
        const number = bits.reduce((sum, bit) => (sum << 1n) | bit, 0n)
        assert.equal(hasher.digest().toHex(), number.toString(16).padStart(64, '0'))
      }),
    )
  })

  test('xxHash32 is what its specification says', () => {
    const of = (text: string): number => xxh32(new TextEncoder().encode(text))
    assert.equal(of(''), 0x02cc5d05)
    assert.equal(of('a'), 0x550d7456)
    assert.equal(of('abc'), 0x32d153ff)
    assert.equal(of('Nobody inspects the spammish repetition'), 0xe2293b2f)
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 7) & 255)
    for (let from = 0; from < 40; from += 3)
      assert.equal(xxh32(bytes, from, 97), xxh32(bytes.slice(from, 97)))
  })
})

describe('streams', () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24)

  test('it does not matter how data is cut', async () => {
    const whole = createDataHasher()
    whole.update(bytes)
    const expected = whole.finish(256)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const [data, instance] = [createDataHasher(), await createInstanceHasher()]
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        for (let i = 1; i < places.length; i++)
          for (const hasher of [data, instance])
            hasher.update(bytes.subarray(places[i - 1], places[i]))
        assert.equal(data.finish(256), expected)
        assert.equal(instance.finish().filesize, bytes.length)
      }),
      { numRuns: 30 },
    )
    const bytewise = createDataHasher()
    for (const byte of bytes.subarray(0, 20_000)) bytewise.update(Uint8Array.of(byte))
    const once = createDataHasher()
    once.update(bytes.subarray(0, 20_000))
    assert.equal(bytewise.finish(256), once.finish(256))
  })

  test('data that was changed a little has a code that changes a little', () => {
    const codeOf = (...parts: Uint8Array[]): string => {
      const hasher = createDataHasher()
      for (const part of parts) hasher.update(part)
      return hasher.finish(256)
    }
    // Random bytes: what repeats itself would have few chunks.
    const seed = genMetaCode({ name: 'seed' }).metahash
    let state = Number.parseInt(seed.slice(4, 12), 16)
    const noise = Uint8Array.from({ length: 400_000 }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 255
    })
    const original = codeOf(noise)
    const inserted = codeOf(
      noise.subarray(0, 150_000),
      Uint8Array.of(1, 2, 3),
      noise.subarray(150_000),
    )
    const trimmed = codeOf(noise.subarray(20_000))
    const other = codeOf(noise.map((byte) => byte ^ 0x55))
    assert.ok(distance(original, inserted).differing < 16)
    assert.ok(distance(original, trimmed).differing < 40)
    assert.ok(distance(original, other).differing > 90)
  })
})

describe('bounds', () => {
  test('inputs that nothing can be made of', () => {
    for (const name of ['', '  \n ', '\u200b\u0007'])
      assert.throws(() => genMetaCode({ name }), { code: 'BAD_INPUT' })
    for (const bits of [0, 31, 33, 288, -64, Number.NaN])
      assert.throws(() => genTextCode('text', bits), { code: 'BAD_INPUT' })
    assert.throws(() => genImageCode([1, 2, 3]), { code: 'BAD_INPUT' })
    assert.throws(() => genAudioCode([1.5]), { code: 'BAD_INPUT' })
    assert.throws(() => genAudioCode([2 ** 31]), { code: 'BAD_INPUT' })
    assert.throws(() => genVideoCode([]), { code: 'BAD_INPUT' })
    assert.throws(() => genVideoCode([[1, 2]]), { code: 'BAD_INPUT' })
  })

  test('metadata is bounded, whole, and of JSON', () => {
    const withMeta = (meta: never) => () => genMetaCode({ name: 'x', meta })
    let deep: object = {}
    for (let i = 0; i < 100; i++) deep = { deep }
    for (const meta of [
      'no url',
      'data:;base64,####',
      'data:text/plain,%E0%A4%A',
      { number: Number.NaN },
      { nothing: undefined },
      { call: () => 1 },
      deep,
    ])
      assert.throws(withMeta(meta as never), { code: 'BAD_INPUT' })
    assert.throws(withMeta({ long: 'x'.repeat(130_000) } as never), { code: 'TOO_LARGE' })
    assert.equal(
      genMetaCode({ name: 'x', meta: { b: [1, null], a: true } }).meta,
      `data:application/json;base64,${btoa('{"a":true,"b":[1,null]}')}`,
    )
  })

  test('long and odd texts end', () => {
    assert.throws(() => genTextCode('x'.repeat((64 << 20) + 1)), { code: 'TOO_LARGE' })
    for (const text of [
      '\u0301'.repeat(50_000),
      ' '.repeat(100_000),
      '\ud800'.repeat(1000),
      'ﷺ'.repeat(2000),
    ])
      genTextCode(text)
    assert.equal(genTextCode('Straße\u00adn — ÉTÉ').characters, 10)
  })
})
