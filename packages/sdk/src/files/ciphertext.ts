import { fromHex, toHex } from '@cess/bytes'
import {
  CHUNK_BYTES,
  ciphertextLength,
  digestSource,
  encrypt,
  encryptFrom,
  type FileDescription,
  resumePoint,
} from '@cess/content'
import { blake3 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import type { Account } from '../account/account.ts'
import type { FileSource } from './source.ts'

/** A file's ciphertext, which can be made again from any byte on. */
export interface Ciphertext {
  /** The file's header as hex: with it and the same source an upload goes on after a restart. No secret. */
  readonly header: string
  /** Public name of the file: says nothing about it. */
  readonly name: string
  /** Bytes. */
  readonly total: number
  /** Bytes of plaintext. */
  readonly size: number
  from(offset: number): AsyncGenerator<Uint8Array, void>
}

/** Characters of a public name; a hash, so that no two encryptions ever share one upload. */
const NAME_CHARACTERS = 32

/**
 * Makes the ciphertext of a source, under fresh keys or those of a header that was made before.
 * The source is read through once here: what comes later is checked against it before it is encrypted.
 * @throws ContentError RESUME_MISMATCH when the source is not what the header was made for
 */
export async function prepareCiphertext(
  source: FileSource,
  options: {
    readonly account: Account
    readonly random: Random
    readonly description: FileDescription
    readonly header?: string | undefined
    readonly onRead?: ((bytes: number) => void) | undefined
    readonly signal?: AbortSignal | undefined
  },
): Promise<Ciphertext> {
  const { signal, onRead } = options
  const contentSecret = options.account.contentSecret()
  async function* counted() {
    for await (const piece of source.read(0)) {
      signal?.throwIfAborted()
      onRead?.(piece.length)
      yield piece
    }
  }
  const digest = await digestSource(counted())
  const made = (): Uint8Array =>
    encrypt([], {
      contentSecret,
      random: options.random,
      manifest: { ...options.description, length: digest.length },
      source: digest,
    }).header
  const header = options.header === undefined ? made() : fromHex(options.header)
  /** Chunks from `first` on. */
  const chunks = (first: number) =>
    encryptFrom(
      header,
      lazily(() => source.read(first * CHUNK_BYTES)),
      {
        contentSecret,
        source: digest,
        chunkIndex: first,
      },
    )
  // Says now, not in mid-upload, when header and source do not belong together.
  await chunks(0).return()

  return {
    header: toHex(header),
    name: blake3(header).toHex().slice(0, NAME_CHARACTERS),
    total: ciphertextLength(digest.length, header.length),
    size: digest.length,
    async *from(offset) {
      if (offset < header.length) yield header.subarray(offset)
      const { chunkIndex, skip } = resumePoint(offset, header.length)
      let drop = skip
      for await (const chunk of chunks(chunkIndex)) {
        signal?.throwIfAborted()
        const rest = chunk.subarray(Math.min(drop, chunk.length))
        drop -= chunk.length - rest.length
        if (rest.length > 0) yield rest
      }
    },
  }
}

async function* lazily(open: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  yield* open()
}
