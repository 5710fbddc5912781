import { fileId } from '@cess/bytes'
import { blake3PrefixPath } from '@cess/crypto/hashes'
import { fragmentSize, segmentLengths } from '@cess/primitives'
import { GatewayError } from '../errors.ts'
import type { DownloadDeps } from './downloads.ts'
import { type Handler, ok } from './exchange.ts'

/** Bytes whose place at the beginning of a file is shown: all that a header may have. */
const BEGINNING = 64 << 10

/**
 * `GET /file/beginning/:fid`: what shows that 64 KiB are the first ones of a file, so that whoever fetches a part of it
 * knows that its header is this file's. The values beside the way from them to the hash of the first fragment.
 */
export const beginningRoute =
  ({ files, reader, memory, slots }: DownloadDeps): Handler =>
  async (x) => {
    const file = await files.find(fileId(x.params['fid']!))
    const { fileSize } = file.layout
    const size = fragmentSize(segmentLengths(fileSize)[0]!)
    if (size <= BEGINNING)
      throw new GatewayError(
        'BAD_REQUEST',
        'The first fragment of this file is no longer than 64 KiB: hash it yourself.',
      )
    const slot = await slots.take(1, x.signal)
    try {
      const share = await memory.take(size, x.signal)
      try {
        const fragment = new Uint8Array(size)
        let at = 0
        const range = { offset: 0, length: Math.min(size, fileSize) }
        for await (const piece of reader.read(file, range, { ahead: false, signal: x.signal })) {
          fragment.set(piece, at)
          at += piece.length
        }
        const path = blake3PrefixPath(fragment, BEGINNING).map((value) => value.toHex())
        return ok({ bytes: BEGINNING, path })
      } finally {
        share.free()
      }
    } finally {
      slot.free()
    }
  }
