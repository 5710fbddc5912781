import { deflateSync } from 'node:zlib'
import { utf8 } from '@cess/bytes'
import { encode as encodePng } from 'fast-png'
import { zipSync } from 'fflate'
import jpeg from 'jpeg-js'
import webp from 'webp-wasm'

/** Pixels of a picture that looks like one: a sky, hills, a sun, and some grain; the same every time. */
export function landscape(width = 320, height = 240): Uint8Array {
  const rgba = new Uint8Array(4 * width * height)
  let grain = 1
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height]
      grain = (grain * 1103515245 + 12345) & 0x7fffffff
      const hill = v > 0.62 + 0.12 * Math.sin(7 * u) + 0.05 * Math.sin(19 * u + 1)
      const sun = (u - 0.7) ** 2 + (v - 0.25) ** 2 < 0.012
      const [r, g, b] = hill
        ? [60 + 40 * u, 110 - 60 * v, 40]
        : sun
          ? [250, 220, 120]
          : [120 - 60 * v, 160 - 20 * v, 220 - 90 * v]
      const noise = (grain % 9) - 4
      rgba.set([r + noise, g + noise, b + noise, 255], 4 * (y * width + x))
    }
  return rgba
}
export const asJpeg = (rgba: Uint8Array, width: number, height: number, quality = 85): Uint8Array =>
  new Uint8Array(jpeg.encode({ data: rgba, width, height }, quality).data)
export const asPng = (rgba: Uint8Array, width: number, height: number): Uint8Array =>
  encodePng({ data: rgba, width, height, channels: 4, depth: 8 })
export const asWebp = async (rgba: Uint8Array, width: number, height: number, quality = 85) =>
  new Uint8Array(
    await webp.encode({ data: new Uint8ClampedArray(rgba), width, height }, { quality }),
  )
/** A GIF of 256 greys, not compressed well: codes of 9 bits, cleared before they grow. */
export function asGif(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const out = [...utf8('GIF89a'), width & 255, width >> 8, height & 255, height >> 8, 0xf7, 0, 0]
  for (let i = 0; i < 256; i++) out.push(i, i, i)
  out.push(0x2c, 0, 0, 0, 0, width & 255, width >> 8, height & 255, height >> 8, 0, 8)
  const bytes: number[] = []
  let [bits, held] = [0, 0]
  const put = (code: number): void => {
    bits |= code << held
    for (held += 9; held >= 8; held -= 8, bits >>>= 8) bytes.push(bits & 255)
  }
  for (let i = 0; i < width * height; i++) {
    if (i % 200 === 0) put(256)
    const [r, g, b] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!]
    put(Math.round(0.299 * r + 0.587 * g + 0.114 * b))
  }
  put(257)
  bytes.push(bits & 255)
  for (let at = 0; at < bytes.length; at += 255) {
    const part = bytes.slice(at, at + 255)
    out.push(part.length, ...part)
  }
  return Uint8Array.from([...out, 0, 0x3b])
}

/** Some pages of text. */
export const STORY = Array.from(
  { length: 120 },
  (_, i) =>
    `In the year ${1700 + i} the harbour of the small town number ${i * 37} had ${i % 7} ships, and the keeper of the lighthouse wrote ${i * i} words about the weather, the price of salt, and the letters that nobody answered.`,
).join(' ')

export const asHtml = (text: string): Uint8Array =>
  utf8(
    `<!doctype html><html><head><title>The harbour</title><style>p { color: red }</style><script>var x = "not text"</script></head><body><p>${text.replaceAll('. ', '.</p>\n<p>')}</p></body></html>`,
  )
export const asDocx = (text: string): Uint8Array =>
  zipSync({
    '[Content_Types].xml': utf8('<Types/>'),
    'docProps/core.xml': utf8(
      '<cp:coreProperties><dc:title>The harbour</dc:title></cp:coreProperties>',
    ),
    'word/document.xml': utf8(
      `<w:document><w:body>${text
        .split('. ')
        .map((line) => `<w:p><w:r><w:t xml:space="preserve">${line}. </w:t></w:r></w:p>`)
        .join('')}</w:body></w:document>`,
    ),
  })
export const asEpub = (text: string): Uint8Array =>
  zipSync({
    mimetype: [utf8('application/epub+zip'), { level: 0 }],
    'META-INF/container.xml': utf8(
      '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    ),
    'OPS/book.opf': utf8(
      '<package><metadata><dc:title>The harbour</dc:title></metadata><manifest><item id="b" href="text/two.xhtml"/><item id="a" href="text/one%20.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
    ),
    'OPS/text/one .xhtml': asHtml(text.slice(0, text.length / 2)),
    'OPS/text/two.xhtml': asHtml(text.slice(text.length / 2)),
  })
/** A PDF of one font and as many pages as it takes. */
export function asPdf(text: string): Uint8Array {
  const lines = text.match(/.{1,80}(?:\s|$)/g)!
  const pages: string[][] = []
  for (let at = 0; at < lines.length; at += 40) pages.push(lines.slice(at, at + 40))
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((page, i) => {
      const shown = page.map((line) => `(${line.replace(/[()\\]/g, '')}) Tj T*`).join('\n')
      const stream = `BT /F1 10 Tf 12 TL 40 780 Td\n${shown}\nET`
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ]
    }),
    '<< /Title (The harbour) >>',
  ]
  let out = '%PDF-1.4\n'
  const places = objects.map((object, i) => {
    const at = out.length
    out += `${i + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  return utf8(
    `${out}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${out.length}\n%%EOF\n`,
  )
}

/** Something like music: chords that change twice a second, with overtones. Mono, −1 to 1. */
export function music(seconds: number, rate = 44_100, shift = 0): Float32Array {
  const chords = [
    [220, 277, 330],
    [196, 247, 294],
    [175, 220, 262],
    [262, 330, 392],
    [147, 185, 220],
  ]
  return Float32Array.from({ length: Math.floor(seconds * rate) }, (_, i) => {
    const t = i / rate + shift
    const beat = Math.floor(2 * t)
    const chord = chords[(beat * beat + beat) % chords.length]!
    const fade = 1 - 0.6 * (2 * t - beat)
    return (
      fade *
      chord.reduce(
        (sum, hertz, k) =>
          sum +
          (Math.sin(2 * Math.PI * hertz * t) + 0.4 * Math.sin(4 * Math.PI * hertz * t)) / (5 + k),
        0,
      )
    )
  })
}
export function asWav(samples: Float32Array, rate = 44_100): Uint8Array {
  const out = new Uint8Array(44 + 2 * samples.length)
  const view = new DataView(out.buffer)
  out.set(utf8('RIFF'))
  view.setUint32(4, 36 + 2 * samples.length, true)
  out.set(utf8('WAVEfmt '), 8)
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, 2 * rate, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  out.set(utf8('data'), 36)
  view.setUint32(40, 2 * samples.length, true)
  for (const [i, sample] of samples.entries())
    view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, sample)) * 32_767, true)
  return out
}
/** Frames of MPEG-1 Layer III, 128 kbit/s, that hold silence. */
export function silentMp3(seconds: number): Uint8Array {
  const frame = new Uint8Array(417)
  frame.set([0xff, 0xfb, 0x90, 0x00])
  const count = Math.ceil((seconds * 44_100) / 1152)
  const out = new Uint8Array(count * frame.length)
  for (let i = 0; i < count; i++) out.set(frame, i * frame.length)
  return out
}

/** A PNG that says it is small and unpacks to `bytes` zeros. */
export function bombPng(width: number, height: number, bytes: number): Uint8Array {
  const data = new Uint8Array(deflateSync(new Uint8Array(bytes)))
  const chunk = (type: string, body: Uint8Array): Uint8Array => {
    const out = new Uint8Array(12 + body.length)
    const view = new DataView(out.buffer)
    view.setUint32(0, body.length)
    out.set(utf8(type), 4)
    out.set(body, 8)
    return out
  }
  const head = new Uint8Array(13)
  new DataView(head.buffer).setUint32(0, width)
  new DataView(head.buffer).setUint32(4, height)
  head.set([8, 6, 0, 0, 0], 8)
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', head),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ]
  return new Uint8Array(Buffer.concat(parts))
}
