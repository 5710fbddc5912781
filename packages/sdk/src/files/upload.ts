import { EMPTY, type FileId } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { Clock } from '@cess/ports'
import { SdkError } from '../errors.ts'
import type { GatewayClient, UploadProgress, UploadTarget } from '../gateway/client.ts'
import { GatewayRefused, isPassing, waitBefore } from '../gateway/failure.ts'
import type { Ciphertext } from './ciphertext.ts'

export interface UploadOptions {
  readonly gateway: GatewayClient
  readonly pair: KeyPair
  readonly target: UploadTarget
  readonly clock: Clock
  /** Whether the gateway may have some of it already. */
  readonly resume: boolean
  /** Bytes of one request. */
  readonly pieceBytes: number
  /** Times that one place is tried in a row. */
  readonly attempts: number
  onProgress(sent: number): void
  readonly signal?: AbortSignal | undefined
}

/** Cuts a stream of `length` bytes into pieces of `size`, each with memory of its own. */
async function* pieces(stream: AsyncIterable<Uint8Array>, length: number, size: number) {
  let left = length
  let piece = EMPTY
  let filled = 0
  for await (const part of stream) {
    for (let at = 0; at < part.length; ) {
      if (filled === 0) piece = new Uint8Array(Math.min(size, left))
      const some = part.subarray(at, at + piece.length - filled)
      piece.set(some, filled)
      filled += some.length
      at += some.length
      if (filled < piece.length) continue
      yield piece
      left -= filled
      filled = 0
    }
  }
}

/** `length` bytes of a stream. */
async function* first(stream: AsyncIterable<Uint8Array>, length: number) {
  let left = length
  for await (const part of stream) {
    const some = part.subarray(0, left)
    left -= some.length
    yield some
    if (left === 0) return
  }
}

/** Sends the ciphertext from `offset` on, encrypting what is sent. */
async function streamFrom(
  ciphertext: Ciphertext,
  offset: number,
  send: NonNullable<GatewayClient['uploadStream']>,
  { pair, target, pieceBytes, onProgress, signal }: UploadOptions,
): Promise<UploadProgress> {
  let now: UploadProgress = { done: false, offset }
  for (let at = offset; at < target.total && !now.done && now.offset === at; ) {
    const from = at
    const length = Math.min(pieceBytes, target.total - from)
    async function* counted() {
      let sent = from
      for await (const part of first(ciphertext.from(from), length)) {
        yield part
        sent += part.length
        onProgress(sent)
      }
    }
    now = await send(pair, target, { offset: from, length, open: counted }, signal)
    at += length
  }
  if (now.done) onProgress(target.total)
  return now
}

/** Sends the ciphertext from `offset` on; the next piece is encrypted while one is on its way. */
async function sendFrom(
  ciphertext: Ciphertext,
  offset: number,
  options: UploadOptions,
): Promise<UploadProgress> {
  const { gateway, pair, target, pieceBytes, onProgress, signal } = options
  if (gateway.uploadStream) return streamFrom(ciphertext, offset, gateway.uploadStream, options)
  let sending: Promise<UploadProgress> = Promise.resolve({ done: false, offset })
  let from = offset
  const stream = pieces(ciphertext.from(offset), target.total - offset, pieceBytes)
  try {
    for await (const bytes of stream) {
      const before = await sending
      if (before.done || before.offset !== from) return before
      const at = from
      sending = gateway.uploadPiece(pair, target, { offset: at, bytes }, signal)
      // Awaited with the next piece in hand.
      sending.then(
        (now) => onProgress(now.done ? target.total : now.offset),
        () => undefined,
      )
      from += bytes.length
    }
    return await sending
  } finally {
    await sending.catch(() => undefined)
  }
}

/**
 * Uploads a ciphertext in pieces, over broken connections and busy gateways: each time it goes on where the gateway says
 * that it is. Returns the file id that the gateway answered with.
 * @throws GatewayRefused, SdkError, ContentError SOURCE_CHANGED, the signal's reason
 */
export async function upload(ciphertext: Ciphertext, options: UploadOptions): Promise<FileId> {
  const { gateway, pair, target, clock, attempts, signal } = options
  let ask = options.resume
  let offset = 0
  let furthest = -1
  for (let attempt = 1; ; attempt++) {
    try {
      if (ask) {
        const progress = await gateway.uploadProgress(pair, target, signal)
        if (progress.done) return progress.fid
        offset = progress.offset
      }
      options.onProgress(offset)
      const progress = await sendFrom(ciphertext, offset, options)
      if (progress.done) return progress.fid
      if (progress.offset <= furthest && attempt >= attempts)
        throw new SdkError(
          'GATEWAY_ERROR',
          'The gateway does not take the file to its end. Use another one.',
        )
      offset = progress.offset
      ask = false
    } catch (error) {
      signal?.throwIfAborted()
      const moved = error instanceof GatewayRefused && error.reason === 'OFFSET_MISMATCH'
      if ((!moved && !isPassing(error)) || attempt >= attempts) throw error
      ask = true
      await clock.sleep(waitBefore(attempt, error), signal)
    }
    // Whoever gets on has all attempts again.
    if (offset > furthest) {
      furthest = offset
      attempt = 0
    }
  }
}
