// How far codes move when works are edited. `node bench/robustness.ts` prints the table of docs/fingerprints.md: bits of the
// first 64 that differ, which is what the chain compares.
import { utf8 } from '@cess/bytes'
import { decodeIscc, hamming } from '@cess/fingerprint'
import { type Fingerprint, fingerprintFile } from '../src/index.ts'
import { asFlac } from '../test/support/flac.ts'
import {
  asDocx,
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
} from '../test/support/works.ts'

const of = (name: string, bytes: Uint8Array): Promise<Fingerprint> =>
  fingerprintFile({ name, size: bytes.length, stream: () => [bytes] })
const body = ({ content, unread }: Fingerprint): Uint8Array => {
  if (!content) throw new Error(unread)
  return decodeIscc(content).body
}
async function row(
  work: string,
  edit: string,
  original: Fingerprint,
  name: string,
  bytes: Uint8Array,
) {
  const found = await of(name, bytes)
  const near = (bits: number): number =>
    hamming(body(original).subarray(0, bits / 8), body(found).subarray(0, bits / 8))
  const [first, second] = [near(64), near(128)]
  const verdict =
    first <= 8 && second <= 24 ? 'near' : first <= 16 && second <= 48 ? 'similar' : 'lost'
  console.log(`| ${work} | ${edit} | ${first} | ${second} | ${verdict} |`)
}

const [W, H] = [640, 480]
type Pixels = Uint8Array
const picture = landscape(W, H)
const png = await of('a.png', asPng(picture, W, H))
/** The part of a picture that begins `by` percent from the left and the top. */
function crop(by: number): [Pixels, number, number] {
  const [x, y] = [Math.round((W * by) / 100), Math.round((H * by) / 100)]
  const [w, h] = [W - x, H - y]
  const out = new Uint8Array(4 * w * h)
  for (let r = 0; r < h; r++)
    out.set(picture.subarray(4 * ((y + r) * W + x), 4 * ((y + r) * W + W)), 4 * r * w)
  return [out, w, h]
}
const mapped = (change: (value: number, channel: number, at: number) => number): Pixels =>
  Uint8Array.from(picture, (value, i) =>
    i % 4 === 3 ? 255 : Math.max(0, Math.min(255, change(value, i % 4, i))),
  )
const grey = mapped((_, channel, i) => {
  const at = i - channel
  return 0.299 * picture[at]! + 0.587 * picture[at + 1]! + 0.114 * picture[at + 2]!
})

console.log('| work | edit | of 64 bits | of 128 bits | verdict |\n|---|---|---|---|---|')
for (const quality of [90, 60, 30])
  await row('image', `JPEG, quality ${quality}`, png, 'a.jpg', asJpeg(picture, W, H, quality))
await row('image', 'WebP, quality 50', png, 'a.webp', await asWebp(picture, W, H, 50))
await row('image', 'GIF, 256 greys', png, 'a.gif', asGif(picture, W, H))
for (const scale of [0.25, 0.5, 2])
  await row(
    'image',
    `resized to ${scale * 100} %`,
    png,
    'a.png',
    asPng(landscape(W * scale, H * scale), W * scale, H * scale),
  )
for (const by of [2, 5, 10])
  await row('image', `${by} % cut off left and above`, png, 'a.png', asPng(...crop(by)))
await row('image', 'made grey', png, 'a.png', asPng(grey, W, H))
await row(
  'image',
  'brighter by 15 %',
  png,
  'a.png',
  asPng(
    mapped((v) => v * 1.15),
    W,
    H,
  ),
)
await row(
  'image',
  'contrast of 130 %',
  png,
  'a.png',
  asPng(
    mapped((v) => 128 + (v - 128) * 1.3),
    W,
    H,
  ),
)
await row(
  'image',
  'grain of ±20',
  png,
  'a.png',
  asPng(
    mapped((v, _, i) => v + ((i * 7919) % 41) - 20),
    W,
    H,
  ),
)
await row(
  'image',
  'mirrored',
  png,
  'a.png',
  asPng(
    Uint8Array.from(
      picture,
      (_, i) =>
        picture[4 * (Math.floor(i / 4 / W) * W + (W - 1 - (Math.floor(i / 4) % W))) + (i % 4)]!,
    ),
    W,
    H,
  ),
)

const text = await of('a.txt', utf8(STORY))
await row('text', 'HTML', text, 'a.html', asHtml(STORY))
await row('text', 'Word document', text, 'a.docx', asDocx(STORY))
await row('text', 'PDF, lines broken anew', text, 'a.pdf', asPdf(STORY))
const typos = (every: number): string =>
  [...STORY].map((letter, i) => (i % every === every - 1 && letter !== ' ' ? 'x' : letter)).join('')
for (const every of [500, 100, 30])
  await row('text', `one letter of ${every} mistyped`, text, 'a.txt', utf8(typos(every)))
await row('text', 'all in capitals', text, 'a.txt', utf8(STORY.toUpperCase()))
const sentences = STORY.split('. ')
await row('text', 'first tenth cut off', text, 'a.txt', utf8(sentences.slice(12).join('. ')))
await row('text', 'first half alone', text, 'a.txt', utf8(sentences.slice(0, 60).join('. ')))

const sound = music(60)
const wav = await of('a.wav', asWav(sound))
await row('sound', 'FLAC', wav, 'a.flac', await asFlac(sound))
await row('sound', 'at 22,050 Hz', wav, 'a.wav', asWav(music(60, 22_050), 22_050))
await row('sound', 'a quarter as loud', wav, 'a.wav', asWav(sound.map((x) => x / 4)))
await row(
  'sound',
  'noise of 2 %',
  wav,
  'a.wav',
  asWav(sound.map((x, i) => x + (((i * 7919) % 1000) / 1000 - 0.5) * 0.04)),
)
for (const seconds of [1, 5, 10])
  await row(
    'sound',
    `first ${seconds} s cut off`,
    wav,
    'a.wav',
    asWav(music(60 - seconds, 44_100, seconds)),
  )
await row('sound', 'first half alone', wav, 'a.wav', asWav(music(30)))
