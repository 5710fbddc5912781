import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { detectMedia } from '../src/index.ts'
import { asFlac } from './support/flac.ts'
import { bits64, fingerprintOf } from './support/run.ts'
import {
  asDocx,
  asEpub,
  asGif,
  asHtml,
  asJpeg,
  asPdf,
  asPng,
  asWav,
  asWebp,
  landscape,
  music,
  STORY,
  silentMp3,
} from './support/works.ts'

const picture = landscape()
const png = await fingerprintOf('landscape.png', asPng(picture, 320, 240))

describe('pictures', () => {
  test('are one work in every format', async () => {
    assert.deepEqual(
      [png.media.format, png.width, png.height, png.title],
      ['png', 320, 240, 'landscape'],
    )
    const others = [
      ['jpeg', asJpeg(picture, 320, 240)],
      ['webp', await asWebp(picture, 320, 240)],
      ['gif', asGif(picture, 320, 240)],
    ] as const
    for (const [format, bytes] of others) {
      const found = await fingerprintOf(`x.${format}`, bytes)
      assert.equal(found.media.format, format)
      assert.ok(bits64(png, found) <= 4, `${format}: ${bits64(png, found)}`)
      assert.notEqual(found.instance, png.instance)
    }
  })

  test('that are smaller, or lie on their side as the camera says, are the same', async () => {
    const small = await fingerprintOf('small.png', asPng(landscape(160, 120), 160, 120))
    assert.ok(bits64(png, small) <= 8, String(bits64(png, small)))
    const turned = new Uint8Array(picture.length)
    for (let y = 0; y < 240; y++)
      for (let x = 0; x < 320; x++)
        turned.set(
          picture.subarray(4 * (y * 320 + x), 4 * (y * 320 + x) + 4),
          4 * ((319 - x) * 240 + y),
        )
    const plain = asJpeg(turned, 240, 320)
    const tiff = [
      0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
    ]
    const exif = [...utf8('Exif'), 0, 0, ...tiff]
    const segment = [0xff, 0xe1, 0, exif.length + 2, ...exif]
    const held = Uint8Array.from([...plain.subarray(0, 2), ...segment, ...plain.subarray(2)])
    const upright = await fingerprintOf('held.jpg', held)
    assert.deepEqual([upright.width, upright.height], [320, 240])
    assert.ok(bits64(png, upright) <= 4, String(bits64(png, upright)))
    assert.ok(bits64(png, await fingerprintOf('plain.jpg', plain)) > 16)
  })

  test('are taken onto white and without a border', async () => {
    const [w, h] = [360, 280]
    const framed = new Uint8Array(4 * w * h)
    for (let y = 0; y < 240; y++)
      framed.set(picture.subarray(4 * y * 320, 4 * (y + 1) * 320), 4 * ((y + 20) * w + 20))
    assert.equal(bits64(png, await fingerprintOf('framed.png', asPng(framed, w, h))), 0)
  })

  test('of other things are far', async () => {
    const other = Uint8Array.from(picture, (value, i) => (i % 4 === 3 ? 255 : 255 - value))
    const found = await fingerprintOf('negative.png', asPng(other, 320, 240))
    assert.ok(bits64(png, found) > 16)
  })
})

describe('texts', () => {
  test('are one work in every format, with the title inside', async () => {
    const txt = await fingerprintOf('story.txt', utf8(STORY))
    assert.equal(txt.title, 'story')
    const others = [
      ['html', asHtml(STORY), 'The harbour'],
      ['docx', asDocx(STORY), 'The harbour'],
      ['epub', asEpub(STORY), 'The harbour'],
      ['pdf', asPdf(STORY), 'The harbour'],
      ['md', utf8(`# The harbour\n\n**${STORY.slice(0, 100)}**${STORY.slice(100)}`), 'The harbour'],
    ] as const
    for (const [format, bytes, title] of others) {
      const found = await fingerprintOf(`story.${format}`, bytes)
      assert.equal(found.media.format, format)
      assert.equal(found.unread, undefined)
      assert.equal(found.title, title)
      assert.ok(bits64(txt, found) <= 8, `${format}: ${bits64(txt, found)}`)
    }
    assert.equal((await fingerprintOf('x.html', asHtml(STORY), 'My title')).title, 'My title')
  })

  test('that say nothing, or are no UTF-8, have no code and a reason', async () => {
    const short = await fingerprintOf('short.txt', utf8('Hello.'))
    assert.match(short.unread!, /fewer than/)
    const latin = await fingerprintOf('latin.txt', Uint8Array.from([...utf8(STORY), 0xe4, 0x20]))
    assert.equal(latin.content, undefined)
    assert.match(latin.unread!, /UTF-8/)
  })
})

describe('sound', () => {
  const sound = music(20)
  test('is one work whatever its rate', async () => {
    const wav = await fingerprintOf('song.wav', asWav(sound))
    assert.equal(wav.unread, undefined)
    assert.ok(Math.abs(wav.seconds! - 20) < 0.01)
    const low = await fingerprintOf('low.wav', asWav(music(20, 22_050), 22_050))
    assert.ok(bits64(wav, low) <= 8, String(bits64(wav, low)))
    const quiet = await fingerprintOf('quiet.wav', asWav(sound.map((x) => x / 4)))
    assert.ok(bits64(wav, quiet) <= 4, String(bits64(wav, quiet)))
  })

  test('is read of MP3 and Ogg Vorbis', async () => {
    const silence = await fingerprintOf('silence.mp3', silentMp3(8))
    assert.equal(silence.unread, undefined)
    assert.ok(Math.abs(silence.seconds! - 8) < 0.1)
    const same = await fingerprintOf('silence.wav', asWav(new Float32Array(8 * 44_100)))
    assert.equal(bits64(silence, same), 0)
    const bytes = readFileSync(join(import.meta.dirname, 'fixtures/long.ogg'))
    const ogg = await fingerprintOf('long.ogg', bytes)
    assert.equal(ogg.media.format, 'ogg')
    assert.equal(ogg.unread, undefined)
  })

  test('is read of FLAC, with the very same code', async () => {
    const samples = music(12)
    const flac = await asFlac(samples)
    assert.ok(flac.length < asWav(samples).length)
    const found = await fingerprintOf('song.flac', flac)
    assert.equal(found.unread, undefined)
    assert.equal(found.content, (await fingerprintOf('song.wav', asWav(samples))).content)
  })

  test('that is too short has a reason', async () => {
    assert.match((await fingerprintOf('x.wav', asWav(music(1)))).unread!, /too short/)
  })
})

test('formats are told by their first bytes, and by their names only where those say nothing', () => {
  const told = (bytes: Uint8Array, name?: string): string => detectMedia(bytes, name).format
  assert.equal(told(asPng(landscape(8, 8), 8, 8), 'x.txt'), 'png')
  assert.equal(told(utf8('plain words'), 'x.md'), 'md')
  assert.equal(told(utf8('plain words')), 'txt')
  assert.equal(told(utf8('<!DOCTYPE html><p>x')), 'html')
  assert.equal(told(Uint8Array.of(0, 1, 2, 3), 'x.txt'), 'other')
  assert.equal(told(new Uint8Array(0), 'x.txt'), 'other')
  assert.equal(told(utf8('....ftypisom')), 'mp4')
  assert.equal(told(utf8('....ftypM4A ')), 'm4a')
})

test('films and unknown formats have codes of their data, and a reason why of nothing else', async () => {
  for (const name of ['film.mp4', 'sound.m4a', 'data.bin']) {
    const brand = name.endsWith('4a') ? 'M4A ' : 'isom'
    const bytes = name.endsWith('bin') ? Uint8Array.of(0, 9, 8, 7) : utf8(`\0\0\0\x20ftyp${brand}`)
    const found = await fingerprintOf(name, bytes)
    assert.equal(found.content, undefined)
    assert.ok(found.unread!.length > 30)
    assert.match(found.iscc, /^ISCC:K/)
  }
})
