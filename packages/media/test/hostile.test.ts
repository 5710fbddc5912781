import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { utf8 } from '@cess/bytes'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { decodeImage } from '../src/image/decode.ts'
import { runDecoder } from '../src/run.ts'
import { textOfDocx } from '../src/text/documents.ts'
import { textOfHtml } from '../src/text/html.ts'
import { fingerprintOf } from './support/run.ts'
import {
  asDocx,
  asEpub,
  asGif,
  asJpeg,
  asPdf,
  asPng,
  asWav,
  asWebp,
  bombPng,
  landscape,
  music,
  STORY,
  silentMp3,
} from './support/works.ts'

const picture = landscape(64, 48)
const files: Readonly<Record<string, Uint8Array>> = {
  png: asPng(picture, 64, 48),
  jpeg: asJpeg(picture, 64, 48),
  webp: await asWebp(picture, 64, 48),
  gif: asGif(picture, 64, 48),
  docx: asDocx(STORY.slice(0, 2_000)),
  epub: asEpub(STORY.slice(0, 2_000)),
  pdf: asPdf(STORY.slice(0, 2_000)),
  wav: asWav(music(6, 11_025), 11_025),
  mp3: silentMp3(6),
}

describe('hostile files', () => {
  test('that were cut off anywhere end with a code or a reason', async () => {
    for (const [format, bytes] of Object.entries(files))
      for (const part of [1, 6]) {
        const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 8))
        const found = await fingerprintOf(`cut.${format}`, cut)
        assert.equal(found.content === undefined, found.unread !== undefined, format)
      }
  })

  test('with bytes changed anywhere end with a code or a reason', async () => {
    const formats = fc.constantFrom(...Object.keys(files))
    await fc.assert(
      fc.asyncProperty(
        formats,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (format, at, flip) => {
          const bytes = Uint8Array.from(files[format]!)
          for (let i = 0; i < 3; i++) bytes[(at + i * 7919) % bytes.length]! ^= flip
          const found = await fingerprintOf(`x.${format}`, bytes)
          assert.equal(found.content === undefined, found.unread !== undefined)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('pictures that say they are huge, or unpack to more than they say, are refused before they do', async () => {
    const huge = bombPng(60_000, 60_000, 1_000)
    await assert.rejects(decodeImage('png', huge), /million are read/)
    const bomb = bombPng(16, 16, 64 << 20)
    assert.ok(bomb.length < 100_000)
    await assert.rejects(decodeImage('png', bomb), /unpacks to more/)
    const jpeg = Uint8Array.from(files['jpeg']!)
    const sof = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0)
    jpeg.set([0xff, 0xff, 0xff, 0xff], sof + 5)
    await assert.rejects(decodeImage('jpeg', jpeg))
    const gif = Uint8Array.from(files['gif']!)
    gif.set([0xff, 0xff, 0xff, 0xff], 6)
    await assert.rejects(decodeImage('gif', gif), /million are read/)
    const webp = Uint8Array.from(files['webp']!)
    webp.set(utf8('VP8X'), 12)
    webp.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 24)
    await assert.rejects(decodeImage('webp', webp), /million are read/)
  })

  test('archives that unpack to more than is read, or have parts without end, are refused', () => {
    const bomb = zipSync({ 'word/document.xml': new Uint8Array(80 << 20) })
    assert.ok(bomb.length < 200_000)
    assert.throws(() => textOfDocx(bomb), /unpacks to more/)
    const lies = Uint8Array.from(zipSync({ 'word/document.xml': new Uint8Array(8 << 20) }))
    const view = new DataView(lies.buffer)
    // What the archive says about sizes is made small, in both of its places.
    for (let at = 0; at + 28 < lies.length; at++) {
      if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, 1_000, true)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 1_000, true)
    }
    try {
      assert.ok(textOfDocx(lies).text.length <= 1_000)
    } catch (error) {
      assert.ok(error instanceof Error)
    }
    const many = Object.fromEntries(
      Array.from({ length: 10_001 }, (_, i) => [`x${i}`, new Uint8Array(0)]),
    )
    assert.throws(() => textOfDocx(zipSync(many, { level: 0 })), /more than 10000 parts/)
    assert.throws(() => textOfDocx(zipSync({ 'a/../../word': utf8('x') })), /no Word document/)
  })

  test('pages that are nested without end are walked without recursion', () => {
    const { text } = textOfHtml(`${'<div>'.repeat(200_000)}deep${'</div>'.repeat(200_000)}`)
    assert.match(text, /deep/)
  })

  test('a decoder that takes too long, too much memory, or is not wanted any more is ended', async () => {
    const job = { kind: 'audio', format: 'wav', bytes: asWav(music(900, 8_000), 8_000) }
    const little = { memoryBytes: 2 ** 50, baseMs: 0 }
    const short = { ...job, bytes: job.bytes.subarray(0, 100) }
    const endless = await runDecoder({ ...job, kind: 'audio' }, undefined, {
      ...little,
      baseMs: -180_000,
    })
    assert.match(endless.unread!, /too long/)
    const greedy = await runDecoder(job, undefined, { memoryBytes: -(1 << 30), baseMs: 60_000 })
    assert.match(greedy.unread!, /more memory/)
    assert.match((await runDecoder(short)).unread!, /too short/)
    const stop = new AbortController()
    const running = runDecoder(job, stop.signal)
    stop.abort(new Error('enough'))
    await assert.rejects(running, /enough/)
  })

  test('names and titles are no paths, and no title at all is no title', async () => {
    const found = await fingerprintOf('../../etc/passwd.txt', utf8(STORY))
    assert.equal(found.title, 'passwd')
    await assert.rejects(fingerprintOf('x.txt', utf8(STORY), ' '), { code: 'BAD_INPUT' })
  })
})
