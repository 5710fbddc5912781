import type { FileId } from '@cess/bytes'
import { type Naming, streamLayout } from '@cess/content'
import type { Clock, Random } from '@cess/ports'
import type { Account } from '../account/account.ts'
import { SdkError } from '../errors.ts'
import type { GatewayClient } from '../gateway/client.ts'
import { prepareCiphertext } from './ciphertext.ts'
import { follow } from './follow.ts'
import type { FileSource } from './source.ts'
import { upload } from './upload.ts'

/** What must outlive a crash for an upload to go on: kept by the caller. Holds no secret. */
export interface UploadState {
  /** Header of the encrypted file as hex. */
  readonly header: string
}

/** Where a put is: reading the source, sending, and comparing what the gateway made of it. */
export interface PutProgress {
  readonly phase: 'read' | 'send'
  /** Bytes of plaintext read, or of ciphertext that the gateway has. */
  readonly done: number
  /** Bytes of ciphertext, once they are known. */
  readonly total: number | undefined
}

export interface PutOptions {
  readonly account: Account
  readonly gateway: GatewayClient
  readonly clock: Clock
  readonly random: Random
  /** Name for the owner and whom it shares with. It is encrypted; nobody else learns it. */
  readonly name: string
  readonly mediaType?: string
  /** Unix milliseconds. */
  readonly createdAt?: number
  readonly metadata?: ReadonlyMap<string, string>
  /** Space that the file counts to; `default` unless told. */
  readonly territory?: string
  readonly bucket?: string | undefined
  /** State of an upload that was interrupted, of the same source. */
  readonly state?: UploadState | undefined
  /** Told before the first byte leaves. */
  readonly onState?: (state: UploadState) => void | Promise<void>
  readonly onProgress?: (progress: PutProgress) => void
  /** With it the file id is worked out here as well, and must be the gateway's: `namingHere()`, or a thread of its own. */
  readonly naming?: Naming
  readonly signal?: AbortSignal
  /** Bytes of one request: unless told 32 MiB where the gateway's client streams, 8 MiB where each is held in memory. */
  readonly pieceBytes?: number
  /** Times that one place is tried in a row; 8 unless told. */
  readonly attempts?: number
}

export interface Stored {
  readonly fid: FileId
  /** Bytes of plaintext. */
  readonly bytes: number
  /** Bytes of ciphertext. */
  readonly ciphertextBytes: number
}

const PIECE_BYTES = 8 << 20
/** Node.js gives a request 5 minutes: enough at 1 Mbit/s. */
const STREAM_BYTES = 32 << 20
const ATTEMPTS = 8

/**
 * Encrypts a file here and uploads it. When it returns, the gateway has it on disk and has declared it on chain;
 * `fileStatus` tells how it goes on. Interrupted, it goes on with the state that `onState` got.
 * @throws GatewayRefused, SdkError WRONG_FILE …, ContentError RESUME_MISMATCH, SOURCE_CHANGED, TOO_LARGE
 */
export async function putFile(source: FileSource, options: PutOptions): Promise<Stored> {
  const { account, gateway, clock, onProgress, naming, state } = options
  const over = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal
  let read = 0
  const ciphertext = await prepareCiphertext(source, {
    account,
    random: options.random,
    description: {
      name: options.name,
      ...(options.mediaType !== undefined && { mediaType: options.mediaType }),
      ...(options.createdAt !== undefined && { createdAt: options.createdAt }),
      ...(options.metadata && { metadata: options.metadata }),
    },
    header: state?.header,
    signal,
    onRead(bytes) {
      read += bytes
      onProgress?.({ phase: 'read', done: read, total: undefined })
    },
  })
  const { total, name, header, size } = ciphertext
  await options.onState?.({ header })
  const followed = naming && follow(ciphertext)
  const own = followed && streamLayout(followed.bytes(), naming)
  own?.catch(() => undefined)
  try {
    const fid = await upload(followed?.ciphertext ?? ciphertext, {
      gateway,
      pair: account.pair,
      target: { name, total, territory: options.territory ?? 'default', bucket: options.bucket },
      clock,
      resume: state !== undefined,
      pieceBytes: options.pieceBytes ?? (gateway.uploadStream ? STREAM_BYTES : PIECE_BYTES),
      attempts: options.attempts ?? ATTEMPTS,
      onProgress: (done) => onProgress?.({ phase: 'send', done, total }),
      signal,
    })
    followed?.finish()
    const expected = (await own)?.fileId
    if (expected !== undefined && expected !== fid)
      throw new SdkError(
        'WRONG_FILE',
        `The gateway stored something else than it was sent: it says ${fid}, and the file is ${expected}. Use another gateway.`,
      )
    return { fid, bytes: size, ciphertextBytes: total }
  } finally {
    followed?.finish()
    over.abort(new SdkError('CLOSED', 'The upload is over.'))
    await own?.catch(() => undefined)
  }
}
