import { type FileId, isFileId } from '@cess/bytes'
import { checkLayout, type Layout } from '@cess/content'
import { SdkError } from '../errors.ts'

interface RawSegment {
  readonly id?: unknown
  readonly fragments?: unknown
}

/**
 * The layout in a gateway's answer about a file. It needs no trust: the file id stands for exactly one layout.
 * @throws SdkError GATEWAY_ERROR, ContentError CORRUPT
 */
export function layoutOf(fid: FileId, data: Readonly<Record<string, unknown>>): Layout {
  const raw = data['segments']
  const strange = (): SdkError =>
    new SdkError(
      'GATEWAY_ERROR',
      "The gateway's answer about the file cannot be used. Use another gateway.",
    )
  if (!Array.isArray(raw)) throw strange()
  const segments = (raw as RawSegment[]).map(({ id, fragments }) => {
    if (!isFileId(id) || !Array.isArray(fragments) || !fragments.every(isFileId)) throw strange()
    return { hash: id, fragmentList: fragments }
  })
  const layout = { fileId: fid, fileSize: Number(data['size']), segments }
  checkLayout(layout)
  return layout
}
