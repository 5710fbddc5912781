import { EMPTY, type FileId } from '@cess/bytes'
import {
  type ByteSource,
  CHUNK_BYTES,
  chunkCount,
  decryptRange,
  type Layout,
  MAX_HEADER_BYTES,
  type Manifest,
  type OpenHeader,
  openHeader,
  type ParsedHeader,
  parseHeader,
  plaintextLength,
} from '@cess/content'
import type { Clock } from '@cess/ports'
import type { Account } from '../account/account.ts'
import { SdkError } from '../errors.ts'
import type { GatewayClient } from '../gateway/client.ts'
import { isPassing, waitBefore } from '../gateway/failure.ts'
import { checkBeginning } from './beginning.ts'
import { createLayoutCheck, type LayoutCheck } from './verify.ts'

/** Takes the plaintext, in order. */
export type Sink = (bytes: Uint8Array) => void | Promise<void>

export interface GetOptions {
  readonly account: Pick<Account, 'contentSecret'>
  /** Key of a file that somebody else has shared, from `openShared`; the account's own files need none. */
  readonly capsuleKey?: Uint8Array | undefined
  readonly gateway: GatewayClient
  readonly clock: Clock
  /** Plaintext bytes; all of them unless given. */
  readonly range?: { readonly offset: number; readonly length?: number | undefined } | undefined
  /**
   * The beginning of the file from a download that was interrupted: `length` bytes, a multiple of `CHUNK_BYTES`. They are
   * compared with the file id like all others, and do not go to the sink again.
   */
  readonly before?: { readonly length: number; read(): ByteSource } | undefined
  readonly onManifest?: (file: OpenedFile) => void | Promise<void>
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
  /** Times that one place is tried in a row; 8 unless told. */
  readonly attempts?: number
}

/** A file whose header was opened. */
export interface OpenedFile {
  readonly fid: FileId
  readonly manifest: Manifest
  /** Bytes of plaintext. */
  readonly size: number
  readonly ciphertextBytes: number
}

const ATTEMPTS = 8

interface Access {
  readonly fid: FileId
  readonly gateway: GatewayClient
  readonly clock: Clock
  readonly attempts: number
  readonly signal: AbortSignal | undefined
}

/** Tries again what fails in passing. */
async function persist<T>(
  { clock, attempts, signal }: Pick<Access, 'clock' | 'attempts' | 'signal'>,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      signal?.throwIfAborted()
      if (!isPassing(error) || attempt >= attempts) throw error
      await clock.sleep(waitBefore(attempt, error), signal)
    }
  }
}

/** Ciphertext bytes; a connection that breaks is one error, whatever the platform calls it. */
async function* fetchRange(
  { gateway, fid, signal }: Access,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void> {
  const { stream } = await gateway.download(fid, { offset, length }, signal)
  let left = length
  try {
    for await (const piece of stream) {
      left -= piece.length
      yield piece
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw new SdkError(
      'CONNECTION_LOST',
      'The connection to the gateway broke in the middle of the file.',
      error,
    )
  }
  if (left > 0) throw new SdkError('CONNECTION_LOST', `The gateway ended ${left} bytes too early.`)
}

async function readHead(access: Access): Promise<{ bytes: Uint8Array; total: number }> {
  const { gateway, fid, signal } = access
  return persist(access, async () => {
    const range = { offset: 0, length: MAX_HEADER_BYTES }
    const { total, stream } = await gateway.download(fid, range, signal)
    try {
      return { total, bytes: new Uint8Array(await new Response(stream).arrayBuffer()) }
    } catch (error) {
      signal?.throwIfAborted()
      throw new SdkError('CONNECTION_LOST', 'The connection to the gateway broke.', error)
    }
  })
}

const describe = (fid: FileId, { header, manifest }: OpenHeader, total: number): OpenedFile => ({
  fid,
  manifest,
  size: plaintextLength(total, header.bytes.length),
  ciphertextBytes: total,
})

const keyOf = (account: GetOptions['account'], capsuleKey: Uint8Array | undefined) =>
  capsuleKey ? { capsuleKey } : { contentSecret: account.contentSecret() }

/**
 * Opens the header of a file: its name, size and what else its owner wrote.
 * @throws ContentError WRONG_KEY, NOT_CESS, CORRUPT; GatewayRefused FILE_NOT_FOUND; SdkError
 */
export async function openFile(
  fid: FileId,
  {
    account,
    gateway,
    clock,
    signal,
    capsuleKey,
    attempts = ATTEMPTS,
  }: Pick<GetOptions, 'account' | 'capsuleKey' | 'gateway' | 'clock' | 'signal' | 'attempts'>,
): Promise<OpenedFile> {
  const { bytes, total } = await readHead({ fid, gateway, clock, attempts, signal })
  return describe(fid, openHeader(bytes, keyOf(account, capsuleKey)), total)
}

/**
 * What anybody can read in a file's header: the key that it is encrypted to, and its capsule. It is shown to be this
 * file's. @throws ContentError NOT_CESS, CORRUPT …; SdkError WRONG_FILE; GatewayRefused FILE_NOT_FOUND
 */
export async function readHeader(
  fid: FileId,
  options: Pick<GetOptions, 'gateway' | 'clock' | 'signal' | 'attempts'>,
): Promise<ParsedHeader> {
  const { gateway, clock, signal, attempts = ATTEMPTS } = options
  const access: Access = { fid, gateway, clock, attempts, signal }
  const { bytes, total } = await readHead(access)
  const layout = await layoutOf(access, total)
  await persist(access, () => checkBeginning(gateway, layout, bytes, signal))
  return parseHeader(bytes)
}

/** Feeds the check with what is here as plaintext: sealing it again gives the same bytes. */
async function checkAgain(
  { cipher }: OpenHeader,
  size: number,
  before: NonNullable<GetOptions['before']>,
  check: LayoutCheck,
): Promise<void> {
  const last = chunkCount(size) - 1
  let index = 0
  const held = new Uint8Array(CHUNK_BYTES)
  let filled = 0
  for await (const piece of before.read())
    for (let at = 0; at < piece.length; ) {
      const some = piece.subarray(at, at + CHUNK_BYTES - filled)
      held.set(some, filled)
      filled += some.length
      at += some.length
      if (filled < CHUNK_BYTES) continue
      await check.update(cipher.seal(index, index === last, held))
      index++
      filled = 0
    }
}

/**
 * Downloads a file, decrypts and verifies it, and gives its bytes to the sink in order. Broken connections are taken up
 * where they broke. A whole file is checked against its file id too; it is good once this returns. Of a range every byte is:
 * its header was shown to be this file's, and opens no other file's chunks.
 * @throws ContentError WRONG_KEY, CORRUPT, TRUNCATED, OUT_OF_RANGE; SdkError WRONG_FILE …; GatewayRefused; what the sink throws
 */
export async function getFile(fid: FileId, sink: Sink, options: GetOptions): Promise<OpenedFile> {
  const { account, gateway, clock, signal, before, attempts = ATTEMPTS } = options
  const access: Access = { fid, gateway, clock, attempts, signal }
  const { bytes: head, total } = await readHead(access)
  const opened = openHeader(head, keyOf(account, options.capsuleKey))
  const file = describe(fid, opened, total)
  await options.onManifest?.(file)

  const start = options.range?.offset ?? 0
  const length = options.range?.length ?? Math.max(0, file.size - start)
  const whole = options.range === undefined
  const layout = await layoutOf(access, total)
  const check = whole ? await createLayoutCheck(layout) : undefined
  if (!whole) await persist(access, () => checkBeginning(gateway, layout, head, signal))
  await check?.update(opened.header.bytes)
  // The only chunk of an empty file holds nothing that could be asked for.
  if (check && file.size === 0) await check.update(opened.cipher.seal(0, true, EMPTY))
  let done = 0
  if (check && before && before.length > 0) {
    await checkAgain(opened, file.size, before, check)
    done = before.length
  }
  options.onProgress?.(done, length)

  async function readOn(): Promise<void> {
    const plain = decryptRange(opened, {
      ciphertextLength: total,
      offset: start + done,
      length: length - done,
      fetchRange: (offset, bytes) =>
        offset + bytes <= head.length
          ? [head.subarray(offset, offset + bytes)]
          : fetchRange(access, offset, bytes),
      ...(check && { onSealed: check.update }),
    })
    for await (const piece of plain) {
      signal?.throwIfAborted()
      await sink(piece)
      done += piece.length
      options.onProgress?.(done, length)
    }
  }
  for (let attempt = 1; ; attempt++) {
    const from = done
    try {
      await readOn()
      break
    } catch (error) {
      signal?.throwIfAborted()
      if (done > from) attempt = 1
      if (!isPassing(error) || attempt >= attempts) throw error
      await clock.sleep(waitBefore(attempt, error), signal)
    }
  }
  await check?.finish()
  return file
}

async function layoutOf(access: Access, total: number): Promise<Layout> {
  const { gateway, fid, signal } = access
  const { layout } = await persist(access, () => gateway.metadata(fid, signal))
  if (layout.fileSize !== total)
    throw new SdkError(
      'WRONG_FILE',
      `The file ${fid} has ${layout.fileSize} bytes, and the gateway sends ${total}. Use another gateway.`,
    )
  return layout
}
