import { DATA_FRAGMENTS, SEGMENT_SIZE } from '@cess/primitives'
import { Podr2Error } from './errors.ts'

/** Bytes of a sector. As a little-endian number it is always below the order of the group. */
export const SECTOR_BYTES = 31
/** Sectors of a row, the coefficients of a polynomial of degree 2047. */
export const SECTORS = 2048
/** Bytes of a row, what one tag covers. The last row of a fragment may be shorter: zeros stand for the rest. */
export const ROW_BYTES: number = SECTORS * SECTOR_BYTES
/** A compressed point of G1. */
export const TAG_BYTES = 48
/** σ, y and ψ. */
export const PROOF_BYTES = 128
/** Largest fragment: 8 MiB. */
export const MAX_FRAGMENT_BYTES: number = SEGMENT_SIZE / DATA_FRAGMENTS
/** Rows that one proof may cover. */
export const MAX_ROWS = 1024

/** Rows, and so tags, of a fragment of `size` bytes. */
export const rowCount = (size: number): number => Math.ceil(size / ROW_BYTES)

/** The rows of a fragment, the last one as short as it is. */
export const rowsOf = (fragment: Uint8Array): Uint8Array[] =>
  Array.from({ length: rowCount(fragment.length) }, (_, i) =>
    fragment.subarray(i * ROW_BYTES, (i + 1) * ROW_BYTES),
  )

export const isFragmentSize = (size: number): boolean => size > 0 && size <= MAX_FRAGMENT_BYTES

/** @throws Podr2Error BAD_LENGTH */
export function checkFragment(fragmentId: Uint8Array, fragment: Uint8Array): void {
  if (fragmentId.length !== 32)
    throw new Podr2Error(
      'BAD_LENGTH',
      `A fragment id has 32 bytes, this one ${fragmentId.length}. Pass the raw BLAKE3-256, not its hex.`,
    )
  if (!isFragmentSize(fragment.length))
    throw new Podr2Error(
      'BAD_LENGTH',
      `A fragment has 1 to ${MAX_FRAGMENT_BYTES} bytes, this one ${fragment.length}. Cut the file into segments first.`,
    )
}
