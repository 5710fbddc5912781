import { type FileId, fileId } from '@cess/bytes'
import { blake3PrefixPath } from '@cess/crypto/hashes'
import { fragmentSize, segmentLengths } from '@cess/primitives'
import { GatewayError } from '../errors.ts'
import type { KnownFile } from '../read/files.ts'
import type { DownloadDeps } from './downloads.ts'
import { type Handler, ok } from './exchange.ts'

/** Bytes whose place at the beginning of a file is shown: all that a header may have. */
const BEGINNING = 64 << 10

/** Paths that are remembered, of half a kilobyte each. They never change, and each takes a whole fragment to work out. */
const REMEMBERED = 10_000

/**
 * `GET /file/beginning/:fid`: what shows that 64 KiB are the first ones of a file, so that whoever fetches a part of it
 * knows that its header is this file's. The values beside the way from them to the hash of the first fragment.
 */
export function beginningRoute({ files, reader, memory, slots }: DownloadDeps): Handler {
  const known = new Map<FileId, readonly string[]>()

  async function pathOf(file: KnownFile, size: number, signal: AbortSignal): Promise<string[]> {
    const slot = await slots.take(1, signal)
    try {
      const share = await memory.take(size, signal)
      try {
        const fragment = new Uint8Array(size)
        let at = 0
        const range = { offset: 0, length: Math.min(size, file.layout.fileSize) }
        for await (const piece of reader.read(file, range, { ahead: false, signal })) {
          fragment.set(piece, at)
          at += piece.length
        }
        return blake3PrefixPath(fragment, BEGINNING).map((value) => value.toHex())
      } finally {
        share.free()
      }
    } finally {
      slot.free()
    }
  }

  return async (x) => {
    const fid = fileId(x.params['fid']!)
    const file = await files.find(fid)
    const size = fragmentSize(segmentLengths(file.layout.fileSize)[0]!)
    if (size <= BEGINNING)
      throw new GatewayError(
        'BAD_REQUEST',
        'The first fragment of this file is no longer than 64 KiB: hash it yourself.',
      )
    const path = known.get(fid) ?? (await pathOf(file, size, x.signal))
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value!)
    known.set(fid, path)
    return ok({ bytes: BEGINNING, path })
  }
}
