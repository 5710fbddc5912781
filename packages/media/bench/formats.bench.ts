// How fast files are read to their codes, with the thread that is started for each, megabytes of file a second. No other
// implementation of ISO 24138 that runs here is well kept. `node bench/formats.bench.ts` prints one JSON line a format.
import { utf8 } from '@cess/bytes'
import { fingerprintFile } from '../src/index.ts'
import { asFlac } from '../test/support/flac.ts'
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
} from '../test/support/works.ts'

const [W, H] = [2_400, 1_800]
const picture = landscape(W, H)
const sound = music(120)
const book = Array.from({ length: 40 }, () => STORY).join(' ')
const files: readonly (readonly [string, Uint8Array])[] = [
  ['jpeg', asJpeg(picture, W, H)],
  ['png', asPng(picture, W, H)],
  ['webp', await asWebp(picture, W, H)],
  ['gif', asGif(picture, W, H)],
  ['txt', utf8(book)],
  ['html', asHtml(book)],
  ['docx', asDocx(book)],
  ['epub', asEpub(book)],
  ['pdf', asPdf(book)],
  ['wav', asWav(sound)],
  ['flac', await asFlac(sound)],
  ['mp3', silentMp3(120)],
]
for (const [format, bytes] of files) {
  const source = { name: `x.${format}`, size: bytes.length, stream: () => [bytes] }
  const times: number[] = []
  for (let i = 0; i < 3; i++) {
    const started = performance.now()
    const { unread } = await fingerprintFile(source)
    if (unread) throw new Error(`${format}: ${unread}`)
    times.push(performance.now() - started)
  }
  const value = Number((bytes.length / 1000 / times.sort((a, b) => a - b)[1]!).toPrecision(3))
  const size = (bytes.length / 1e6).toFixed(1)
  console.log(
    JSON.stringify({ name: `fingerprint of a ${format} file, ${size} MB`, value, unit: 'MB/s' }),
  )
}
