import type { Picture } from './picture.ts'

const SIDE = 32
/** Reach of the cubic kernel, and its parameter (Keys 1981, a = −1/2). */
const REACH = 2
const A = -0.5

function cubic(at: number): number {
  const x = Math.abs(at)
  if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1
  return x < REACH ? (((x - 5) * x + 8) * x - 4) * A : 0
}

/** For each of 32 places the first of the values that count, and their weights, which sum to 1. */
function weightsOf(length: number): { readonly first: number; readonly weights: number[] }[] {
  const scale = length / SIDE
  const stretch = Math.max(scale, 1)
  return Array.from({ length: SIDE }, (_, i) => {
    const centre = (i + 0.5) * scale
    const first = Math.max(0, Math.floor(centre - REACH * stretch + 0.5))
    const end = Math.min(length, Math.floor(centre + REACH * stretch + 0.5))
    const raw = Array.from({ length: end - first }, (_, k) =>
      cubic((first + k - centre + 0.5) / stretch),
    )
    const sum = raw.reduce((a, b) => a + b, 0)
    return { first, weights: raw.map((weight) => weight / sum) }
  })
}
const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)))

/** The part of a picture inside a border of one colour: that of its first pixel. */
function inside({ width, height, rgba }: Picture): { x: number; y: number; w: number; h: number } {
  const words = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height)
  const border = words[0]!
  let [left, right, top, bottom] = [width, -1, height, -1]
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (words[at] === border) continue
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  if (right < 0) return { x: 0, y: 0, w: width, h: height }
  return { x: left, y: top, w: right - left + 1, h: bottom - top + 1 }
}

/** Puts a picture onto white, in place. */
function onWhite({ rgba }: Picture): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const opacity = rgba[i + 3]!
    if (opacity === 255) continue
    for (let c = 0; c < 3; c++) rgba[i + c] = (rgba[i + c]! * opacity + 255 * (255 - opacity)) / 255
    rgba[i + 3] = 255
  }
}

/**
 * 32×32 grey values as Image-Codes take them (ISO 24138, Image-Code, preprocessing): onto white, without a border of one
 * colour, grey by ITU-R 601, made smaller by a cubic filter that covers all pixels. Changes the picture.
 */
export function greyOf(picture: Picture): number[] {
  onWhite(picture)
  const { width, rgba } = picture
  const { x, y, w, h } = inside(picture)
  const columns = weightsOf(w)
  const narrow = new Float32Array(SIDE * h)
  const row = new Uint8Array(w)
  for (let r = 0; r < h; r++) {
    for (let c = 0, at = 4 * ((y + r) * width + x); c < w; c++, at += 4)
      row[c] = (rgba[at]! * 19595 + rgba[at + 1]! * 38470 + rgba[at + 2]! * 7471 + 0x8000) >> 16
    for (const [i, { first, weights }] of columns.entries()) {
      let sum = 0
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * row[first + k]!
      narrow[SIDE * r + i] = byte(sum)
    }
  }
  return weightsOf(h).flatMap(({ first, weights }) =>
    Array.from({ length: SIDE }, (_, i) =>
      byte(weights.reduce((sum, weight, k) => sum + weight * narrow[SIDE * (first + k) + i]!, 0)),
    ),
  )
}
