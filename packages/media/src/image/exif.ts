import type { Picture } from './picture.ts'

const ORIENTATION = 0x0112

/** How a camera was held, 1 to 8 (EXIF 2.3, Orientation); 1 when a JPEG does not say. */
export function orientationOf(jpeg: Uint8Array): number {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength)
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const [marker, length] = [view.getUint8(at + 1), view.getUint16(at + 2)]
    if (marker === 0xda || length < 2) break
    if (
      marker === 0xe1 &&
      at + 2 + length <= view.byteLength &&
      view.getUint32(at + 4) === 0x45786966
    )
      return fromTiff(new DataView(view.buffer, view.byteOffset + at + 10, length - 8))
    at += 2 + length
  }
  return 1
}

function fromTiff(tiff: DataView): number {
  if (tiff.byteLength < 14) return 1
  const little = tiff.getUint16(0) === 0x4949
  const first = tiff.getUint32(4, little)
  if (first + 2 > tiff.byteLength) return 1
  const count = tiff.getUint16(first, little)
  for (let i = 0; i < count; i++) {
    const entry = first + 2 + 12 * i
    if (entry + 12 > tiff.byteLength) return 1
    if (tiff.getUint16(entry, little) !== ORIENTATION) continue
    const value = tiff.getUint16(entry + 8, little)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** Turns a picture as its orientation says. */
export function upright({ width, height, rgba }: Picture, orientation: number): Picture {
  if (orientation === 1) return { width, height, rgba }
  const swaps = orientation >= 5
  const [w, h] = swaps ? [height, width] : [width, height]
  const from = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height)
  const to = new Uint32Array(w * h)
  const [mirrorX, mirrorY] = [
    [2, 3, 7, 8].includes(orientation),
    [3, 4, 6, 7].includes(orientation),
  ]
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [u, v] = swaps ? [y, x] : [x, y]
      const sx = mirrorX ? width - 1 - u : u
      const sy = mirrorY ? height - 1 - v : v
      to[y * w + x] = from[sy * width + sx]!
    }
  return { width: w, height: h, rgba: new Uint8Array(to.buffer) }
}
