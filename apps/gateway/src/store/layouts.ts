import { concat, type FileId } from '@cess/bytes'
import { type Layout, layout } from '@cess/content'
import { FRAGMENTS } from '@cess/primitives'

const ID = 32
const SEGMENT = ID * (1 + FRAGMENTS)

/** A layout as it is kept: ids only, everything else follows from the file's size. */
export const encodeLayout = ({ segments }: Layout): Uint8Array =>
  concat(
    ...segments.flatMap(({ hash, fragmentList }) =>
      [hash, ...fragmentList].map((id) => Uint8Array.fromHex(id)),
    ),
  )

export function decodeLayout(fileSize: number, bytes: Uint8Array): Layout {
  const id = (at: number): FileId => bytes.subarray(at, at + ID).toHex() as FileId
  const segments = Array.from({ length: bytes.length / SEGMENT }, (_, s) => ({
    id: id(s * SEGMENT),
    fragments: Array.from({ length: FRAGMENTS }, (_, i) => ({
      id: id(s * SEGMENT + ID * (i + 1)),
    })),
  }))
  return layout(fileSize, segments)
}
