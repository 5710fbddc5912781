import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fromBase32, toBase32 } from '../src/base32.ts'
import {
  createDataHasher,
  type DecodedIscc,
  decodeIscc,
  distance,
  encodeIscc,
  genImageCode,
  genIsccCode,
  genMetaCode,
  genMixedCode,
  hamming,
  similarity,
} from '../src/index.ts'
import { fits, MAIN_TYPES, SUB_TYPES, UNITS } from '../src/types.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BAD = { name: 'FingerprintError', code: 'BAD_CODE' }
const units = (bytes: number[]): string => `ISCC:${toBase32(Uint8Array.from(bytes))}`

/** Every kind of code that there is, with any body. */
const codes = fc
  .record({
    mainType: fc.constantFrom(...MAIN_TYPES),
    subType: fc.constantFrom(...SUB_TYPES),
    units: fc.constantFrom(...UNITS),
    words: fc.integer({ min: 1, max: 8 }),
    digest: fc.uint8Array({ minLength: 40, maxLength: 40 }),
  })
  .filter(({ mainType, subType, units }) => fits(mainType, subType, units))
  .map(({ mainType, subType, units, words, digest }): DecodedIscc => {
    const composite = mainType === 'ISCC'
    const bytes = subType === 'WIDE' ? 32 : composite ? 8 * (units.length + 2) : 4 * words
    const body = digest.subarray(0, bytes)
    const some = composite ? units : undefined
    return { mainType, subType, version: 0, length: 8 * bytes, units: some, body }
  })

describe('codes as text', () => {
  test('base32 goes there and back, and each byte string has one text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = toBase32(bytes)
        assert.deepEqual(fromBase32(text), bytes)
        // The last letter has bits that nothing stands for: they must be zeros.
        if ((text.length * 5) % 8 === 0) return
        const other = LETTERS[LETTERS.indexOf(text.at(-1)!) ^ 1]
        assert.throws(() => fromBase32(text.slice(0, -1) + other), BAD)
      }),
    )
  })

  test('every code goes there and back', () => {
    fc.assert(
      fc.property(codes, (code) => {
        const text = encodeIscc(code)
        assert.deepEqual(decodeIscc(text), code)
        assert.deepEqual(decodeIscc(text.slice(5)), code)
      }),
      { numRuns: 500 },
    )
  })

  test('a text that is read is the one that is written', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...LETTERS),
      minLength: 10,
      maxLength: 68,
    })
    const prefix = fc.constantFrom('AA', 'CA', 'EE', 'EI', 'GA', 'IA', 'KA', 'KE', 'KU', 'KY', 'K4')
    fc.assert(
      fc.property(prefix, letters, (start, rest) => {
        const text = `ISCC:${start}${rest}`
        try {
          assert.equal(encodeIscc(decodeIscc(text)), text)
        } catch (error) {
          assert.equal((error as Error).name, 'FingerprintError')
        }
      }),
      { numRuns: 5000 },
    )
  })

  const malformed: Record<string, unknown[]> = {
    'no text at all': ['', 'ISCC:', undefined, null, 7, {}],
    'lower case': ['iscc:AAAZXZ6OU74YAZIM', 'ISCC:aaazxz6ou74yazim'],
    'letters that base32 has not': [
      'ISCC:AAAZXZ6OU74YAZ1M',
      'ISCC:AAAZXZ6OU74YAZI=',
      'ISCC:AAAZ XZ6OU74YAZI',
    ],
    'a length that the header does not announce': [
      'ISCC:AAAZXZ6OU74YAZI',
      'ISCC:AAAZXZ6OU74YAZIMM',
      'ISCC:AAAZXZ6OU74YAZIMMAAA',
      'A'.repeat(10_000),
      '\u{1f600}'.repeat(30),
    ],
    'bits behind the end': [units([0x20, 0, 1, 2, 3, 4]).replace(/.$/, 'B')],
    'main types that are not known': [0x60, 0x70, 0x80, 0xf0].map((first) =>
      units([first, 0, 1, 2, 3, 4]),
    ),
    'subtypes that are not known': [
      ...[0x01, 0x25, 0x28, 0x31, 0x47].map((first) => units([first, 0, 1, 2, 3, 4])),
      // Composites: text without content, a sum with content, nothing but Meta with content.
      units([0x50, 0x00, ...Array(16).fill(1)]),
      units([0x55, 0x01, ...Array(24).fill(1)]),
      units([0x56, 0x05, ...Array(32).fill(1)]),
      units([0x57, 0x05, ...Array(32).fill(1)]),
    ],
    'versions that are not known': [units([0x20, 0x10, 1, 2, 3, 4])],
    'lengths beyond 256 bits': [units([0x20, 0x08, ...Array(36).fill(1)])],
  }
  for (const [what, texts] of Object.entries(malformed))
    test(`refused: ${what}`, () => {
      for (const text of texts) assert.throws(() => decodeIscc(text as string), BAD, String(text))
    })

  test('what cannot be read is not written', () => {
    const body = new Uint8Array(8)
    for (const code of [
      { mainType: 'META', body: new Uint8Array(7) },
      { mainType: 'META', body: new Uint8Array(0) },
      { mainType: 'META', body: new Uint8Array(36) },
      { mainType: 'META', subType: 'TEXT', body },
      { mainType: 'CONTENT', body },
      { mainType: 'ID', body },
      { mainType: 'DATA', version: 1, body },
      { mainType: 'DATA', length: 32, body },
      { mainType: 'ISCC', subType: 'SUM', body },
      { mainType: 'ISCC', subType: 'TEXT', units: ['META'], body: new Uint8Array(24) },
      { mainType: 'ISCC', subType: 'TEXT', units: ['CONTENT', 'META'], body: new Uint8Array(32) },
    ])
      assert.throws(() => encodeIscc(code as never), { code: 'BAD_INPUT' }, JSON.stringify(code))
  })
})

describe('comparing and combining', () => {
  const [meta, image] = [genMetaCode({ name: 'a' }).iscc, genImageCode(new Uint8Array(1024)).iscc]
  const data = createDataHasher().finish()

  test('only units of one kind', () => {
    assert.throws(() => distance(meta, image), { code: 'MISMATCH' })
    assert.throws(() => similarity(meta, data), { code: 'MISMATCH' })
    for (const codes of [[meta, image], [meta], [data, data], [meta, data], []])
      assert.throws(() => genIsccCode(codes), { code: 'MISMATCH' })
    assert.throws(() => genMixedCode([meta, data]), { code: 'MISMATCH' })
    assert.throws(() => genMixedCode([image]), { code: 'BAD_INPUT' })
  })

  test('bits that differ, and the share of those that do not', () => {
    assert.equal(hamming(Uint8Array.of(0b1011), Uint8Array.of(0b0010)), 2)
    assert.throws(() => hamming(new Uint8Array(1), new Uint8Array(2)), { code: 'MISMATCH' })
    const of = (...body: number[]) => encodeIscc({ mainType: 'DATA', body: Uint8Array.from(body) })
    assert.equal(similarity(image, image), 1)
    assert.equal(similarity(of(0, 0, 0, 0), of(255, 255, 255, 255)), 0)
    assert.equal(similarity(of(0, 0, 0, 15), of(0, 0, 0, 0, 9, 9, 9, 9)), 1 - 4 / 32)
    assert.deepEqual(distance(of(0, 0, 0, 15), of(0, 0, 0, 0, 9, 9, 9, 9)), {
      differing: 4,
      bits: 32,
    })
  })

  test('a wide composite has 128 bits of each', () => {
    const unit = (mainType: 'DATA' | 'INSTANCE') =>
      encodeIscc({ mainType, body: Uint8Array.from({ length: 32 }, (_, i) => i) })
    const { iscc } = genIsccCode([unit('INSTANCE'), unit('DATA')], { wide: true })
    const { subType, units, length } = decodeIscc(iscc)
    assert.deepEqual({ subType, units, length }, { subType: 'WIDE', units: [], length: 256 })
  })
})
