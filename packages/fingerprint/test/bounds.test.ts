import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  encodeIscc,
  genAudioCode,
  genImageCode,
  genIsccCode,
  genMetaCode,
  genMixedCode,
  genTextCode,
  genVideoCode,
} from '../src/index.ts'
import { cleanText, collapseText } from '../src/text-normalize.ts'
import { timed } from './support.ts'

const [BAD_INPUT, TOO_LARGE] = [{ code: 'BAD_INPUT' }, { code: 'TOO_LARGE' }]
const meta = (value: unknown) => () => genMetaCode({ name: 'x', meta: value as never })

test('names, lengths and values that nothing can be made of', () => {
  for (const name of ['', '  \n ', '\u200b\u0007'])
    assert.throws(() => genMetaCode({ name }), BAD_INPUT)
  for (const bits of [0, 31, 33, 288, -64, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => genTextCode('text', bits), BAD_INPUT)
  assert.throws(() => genImageCode([1, 2, 3]), BAD_INPUT)
  for (const value of [-1, 256, 0.5, Number.NaN, undefined])
    assert.throws(() => genImageCode(Array(1024).fill(value)), BAD_INPUT)
  for (const value of [1.5, 2 ** 31, -(2 ** 31) - 1, Number.NaN, undefined])
    assert.throws(() => genAudioCode([value as number]), BAD_INPUT)
  for (const frames of [[], [[1, 2]], [Array(380).fill(0.5)], [Array(380).fill(-1)], [null]])
    assert.throws(() => genVideoCode(frames as never), BAD_INPUT)
})

describe('bounds', () => {
  test('vectors', () => {
    assert.throws(() => genAudioCode(new Int32Array(10_000_001)), TOO_LARGE)
    assert.throws(() => genVideoCode(Array(3_000_001)), TOO_LARGE)
    const text = genTextCode('x').iscc
    assert.throws(() => genMixedCode(Array(10_001).fill(text)), BAD_INPUT)
    assert.throws(() => genIsccCode(Array(10_001).fill(text)), { code: 'MISMATCH' })
  })

  test('text: 64 MiB of UTF-8, before and after', () => {
    const [mib, over] = [1 << 20, (64 << 20) + 1]
    assert.throws(() => genTextCode('x'.repeat(over)), TOO_LARGE)
    assert.throws(() => genTextCode('\u20ac'.repeat(22 * mib)), TOO_LARGE)
    assert.throws(() => genTextCode('\u{1f600}'.repeat(16 * mib + 1)), TOO_LARGE)
    // One letter that becomes eighteen.
    assert.throws(() => genTextCode('\ufdfa'.repeat(21 * mib)), TOO_LARGE)
    assert.equal(genTextCode('\ufdfa'.repeat(2 * mib)).characters, 36 * mib)
  })

  test('names and descriptions are cut, unless they are beyond reason', () => {
    const { name, description } = genMetaCode({
      name: '\u20ac'.repeat(50_000),
      description: `${'d'.repeat(4095)}\u00e9 and more`,
    })
    assert.equal(name, '\u20ac'.repeat(42))
    assert.equal(description, 'd'.repeat(4095))
    for (const long of ['name', 'description'])
      assert.throws(() => genMetaCode({ name: 'x', [long]: 'y'.repeat(2 ** 20 + 1) }), TOO_LARGE)
  })
})

describe('metadata', () => {
  test('is of JSON, whole, and bounded', () => {
    let deep: object = {}
    for (let i = 0; i < 100; i++) deep = { deep }
    const damaged = ['no url', 'data:;base64,####', 'data:text/plain,%E0%A4%A', 'data:,%zz']
    for (const value of [...damaged, { number: Number.NaN }, { big: 1n }, deep])
      assert.throws(meta(value), BAD_INPUT)
    for (const value of [{ nothing: undefined }, { call: () => 1 }, { hole: Array(3) }])
      assert.throws(meta(value), BAD_INPUT)
    assert.throws(meta({ long: 'x'.repeat(130_000) }), TOO_LARGE)
    assert.throws(meta({ many: Array(2 ** 32 - 1) }), TOO_LARGE)
    assert.throws(meta(`data:,${'x'.repeat(128_001)}`), TOO_LARGE)
    assert.throws(meta(`data:,${'x'.repeat(2 ** 20)}`), TOO_LARGE)
    meta(`data:,${'x'.repeat(128_000)}`)()
  })

  test('names are in order', () => {
    assert.equal(
      meta({ b: [1, null], a: true })().meta,
      `data:application/json;base64,${btoa('{"a":true,"b":[1,null]}')}`,
    )
  })

  test('any bytes can be in a data URL, and none count as no metadata', () => {
    const code = meta('data:application/octet-stream,%FFa%00')()
    assert.deepEqual({ ...code, meta: '' }, { ...meta('data:;base64,/2EA')(), meta: '' })
    const [empty, none] = [meta('data:,')(), genMetaCode({ name: 'x' })]
    assert.equal(empty.iscc, none.iscc)
    assert.notEqual(empty.metahash, none.metahash)
  })

  test('what is shared many times does not take for ever', () => {
    let shared: object = { leaf: 1 }
    for (let i = 0; i < 60; i++) shared = { a: shared, b: shared }
    assert.throws(meta(shared), TOO_LARGE)
  })
})

describe('hostile texts end quickly', () => {
  const texts: Record<string, string> = {
    'marks in the wrong order': `a${'\u0301\u0323'.repeat(1_000_000)}`,
    'marks outside the first plane': `a${'\u{1d165}\u{1d16d}'.repeat(500_000)}`,
    'many characters with many marks': `a${'\u0301\u0323'.repeat(450)}`.repeat(500),
    'spaces within': `a${' '.repeat(900_000)}b`,
    'line ends': '\n\r\u2028'.repeat(300_000),
    'lone surrogates': '\ud800'.repeat(900_000),
    'letters that grow': '\ufdfa'.repeat(900_000),
    'letters that were one': '\u01d6'.repeat(900_000),
    'halfwidth marks': '\uff9e'.repeat(900_000),
  }
  for (const [what, text] of Object.entries(texts))
    test(what, () => {
      const name = text.slice(0, 1 << 20)
      assert.ok(timed(() => genMetaCode({ name, description: name })) < 3000)
      assert.ok(timed(() => genTextCode(text)) < 5000)
    })
  test('a thousand marks are enough for anybody', () => {
    assert.equal(collapseText(`a${'\u0301'.repeat(1000)}b`), 'ab')
    assert.throws(() => collapseText(`a${'\u0301'.repeat(1001)}b`), BAD_INPUT)
    assert.throws(() => cleanText(`a${'\u0301'.repeat(1001)}b`), BAD_INPUT)
    assert.equal(genTextCode('Stra\u00dfe\u00adn \u2014 \u00c9T\u00c9').characters, 10)
  })
  test('codes of many parts', () => {
    const part = encodeIscc({ mainType: 'CONTENT', subType: 'TEXT', body: new Uint8Array(32) })
    assert.ok(timed(() => genMixedCode(Array(10_000).fill(part), 256)) < 2000)
  })
})
