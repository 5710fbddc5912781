import { genAudioCode, genImageCode, genTextCode, type IsccCode } from '@cess/fingerprint'
import { chromaprintOf } from './audio/decode.ts'
import { decodeImage } from './image/decode.ts'
import { greyOf } from './image/grey.ts'
import { readText } from './text/read.ts'
import { Unreadable } from './unreadable.ts'

/** Bits of the codes. */
export const BITS = 256
/** Characters without which a text says nothing. */
const FEWEST = 32

/** What the inside of a file gives. */
export interface Content {
  readonly code: IsccCode
  readonly title?: string
  readonly characters?: number
  readonly width?: number
  readonly height?: number
  readonly seconds?: number
}

/** Reads a file of a known format. Runs in a thread of its own. @throws Unreadable; whatever decoders throw */
export async function readContent(
  kind: string,
  format: string,
  bytes: Uint8Array,
): Promise<Content> {
  if (kind === 'image') {
    const picture = await decodeImage(format, bytes)
    const { width, height } = picture
    return { code: genImageCode(greyOf(picture), BITS).iscc, width, height }
  }
  if (kind === 'audio') {
    const { features, seconds } = await chromaprintOf(format, bytes)
    return { code: genAudioCode(features, BITS).iscc, seconds }
  }
  const { text, title } = await readText(format, bytes)
  if (text.trim().length < FEWEST)
    throw new Unreadable(
      format === 'pdf'
        ? 'The document has no text: its pages may be scanned pictures.'
        : `There are fewer than ${FEWEST} characters of text, which are like many others.`,
    )
  const { iscc, characters } = { ...genTextCode(text, BITS), characters: text.length }
  return { code: iscc, characters, ...(title !== undefined && { title }) }
}
