import { encodeUnit } from './codec.ts'
import { dct } from './dct.ts'
import { FingerprintError } from './errors.ts'
import type { IsccCode } from './types.ts'

const SIDE = 32
const BLOCK = 8
/** Where the blocks begin in the transformed image: each gives 64 bits. */
const BLOCKS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const

const transpose = (rows: readonly (readonly number[])[]): number[][] =>
  Array.from({ length: SIDE }, (_, x) => rows.map((row) => row[x]!))

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[sorted.length / 2 - 1]! + sorted[sorted.length / 2]!) / 2
}

/** 32 bytes that change little when an image is resized or compressed: which low frequencies are above their median. */
export function imageHash(grey: ArrayLike<number>): Uint8Array {
  const rows = Array.from({ length: SIDE }, (_, y) =>
    dct(Array.from({ length: SIDE }, (_, x) => grey[y * SIDE + x]!)),
  )
  const matrix = transpose(transpose(rows).map(dct))
  const digest = new Uint8Array(SIDE)
  for (const [block, [left, top]] of BLOCKS.entries()) {
    const values = matrix.slice(top, top + BLOCK).flatMap((row) => row.slice(left, left + BLOCK))
    const middle = median(values)
    for (const [i, value] of values.entries())
      if (value > middle) digest[BLOCK * block + (i >> 3)]! |= 128 >> (i & 7)
  }
  return digest
}

/**
 * Image-Code (ISO 24138, Image-Code) of an image that was scaled to 32 by 32 grey values, 0 to 255, row by row.
 * @throws FingerprintError BAD_INPUT
 */
export function genImageCode(grey: ArrayLike<number>, bits = 64): { readonly iscc: IsccCode } {
  if (grey.length !== SIDE * SIDE)
    throw new FingerprintError(
      'BAD_INPUT',
      `An image has 1,024 grey values, not ${grey.length}. Scale it to 32 by 32.`,
    )
  for (let i = 0; i < grey.length; i++)
    if (!Number.isInteger(grey[i]) || grey[i]! < 0 || grey[i]! > 255)
      throw new FingerprintError(
        'BAD_INPUT',
        `Grey value ${i} of the image is no number from 0 to 255. Round and clamp it.`,
      )
  return { iscc: encodeUnit('CONTENT', 'IMAGE', bits, imageHash(grey)) }
}
