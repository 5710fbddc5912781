import { LIMITS, Unreadable } from '../unreadable.ts'

/** Decoded pixels: red, green, blue and opacity, 8 bits each. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array | Uint8ClampedArray
}

/** Refuses sizes before anything of them is made. @throws Unreadable */
export function checkSize(width: number, height: number): void {
  if (!(width >= 1 && height >= 1))
    throw new Unreadable('The picture has no size; the file is damaged.')
  if (width * height > LIMITS.pixels)
    throw new Unreadable(
      `The picture says that it has ${width} × ${height} pixels, and ${LIMITS.pixels / 1e6} million are read at most. Make a smaller one.`,
    )
}
