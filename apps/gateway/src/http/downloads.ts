import type { ServerResponse } from 'node:http'
import { fileId } from '@cess/bytes'
import { DATA_FRAGMENTS, SEGMENT_SIZE } from '@cess/primitives'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import type { Semaphore, Slot } from '../limits/semaphore.ts'
import type { Files, KnownFile } from '../read/files.ts'
import type { ByteRange, Reader } from '../read/reader.ts'
import { type Exchange, type Handler, header } from './exchange.ts'
import { parseRange } from './range.ts'
import { CORS } from './respond.ts'

export interface DownloadDeps {
  readonly ctx: GatewayContext
  readonly files: Files
  readonly reader: Reader
  /** Bytes in memory, and how many there may be. */
  readonly memory: Semaphore
  readonly memoryBytes: number
  /** Downloads at the same time. */
  readonly slots: Semaphore
}

/** Downloads that may wait for their turn. */
const MAX_WAITING = 256
/** Bytes that a response takes into its buffer at once. */
const PIECE = 1 << 20

/** A name for saving the file (RFC 6266), in ASCII and in full. */
function disposition(kind: string, name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const full = encodeURIComponent(name).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${full}`
}

const tagsIn = (text: string): string[] =>
  text.split(',').map((tag) => tag.trim().replace(/^W\//, ''))

/** Writes and waits until the system has all of it: its memory is void then. A client that takes nothing is cut off. */
async function write(
  { ctx }: DownloadDeps,
  response: ServerResponse,
  piece: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = ctx.clock.after(ctx.config.limits.idleMs, () =>
      finish(() => reject(new GatewayError('TOO_SLOW', 'The client took nothing for too long.'))),
    )
    const stop = (): void => finish(() => reject(signal.reason))
    const finish = (then: () => void): void => {
      timer.cancel()
      signal.removeEventListener('abort', stop)
      then()
    }
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop)
    response.write(piece, (error) => finish(() => (error ? reject(error) : resolve())))
  })
}

async function send(
  deps: DownloadDeps,
  x: Exchange,
  file: KnownFile,
  part: { readonly range: ByteRange; readonly status: number; readonly ahead: boolean },
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { ctx, reader } = deps
  const { response } = x
  const abort = new AbortController()
  const signal = AbortSignal.any([x.signal, abort.signal])
  const { range, status, ahead } = part
  const pieces = reader.read(file, range, { ahead, signal })[Symbol.asyncIterator]()
  try {
    // The first bytes decide whether there is anything to send: until then an error is an answer.
    let next = await pieces.next()
    response.writeHead(status, headers)
    for (; !next.done; next = await pieces.next())
      for (let at = 0; at < next.value.length; at += PIECE) {
        const piece = next.value.subarray(at, at + PIECE)
        ctx.metrics.bytesOut.inc(piece.length)
        await write(deps, response, piece, signal)
      }
    response.end()
  } finally {
    abort.abort(new Error('the download is over'))
  }
}

/** `GET` and `HEAD` of a file's ciphertext. */
export function createDownload(deps: DownloadDeps, kind: 'attachment' | 'inline'): Handler {
  const { ctx, files, slots } = deps
  return async (x) => {
    const fid = fileId(x.params['fid']!)
    const file = await files.find(fid)
    const { fileSize } = file.layout
    const etag = `"${fid}"`
    const common: Record<string, string> = {
      ...CORS,
      etag,
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'application/octet-stream',
      // What users stored is never run as a page of this gateway.
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    }
    const known = header(x, 'if-none-match')
    if (known !== undefined && (known.trim() === '*' || tagsIn(known).includes(etag)))
      return void x.response.writeHead(304, common).end()
    const condition = header(x, 'if-range')
    // DeOSS's clients ask for a range in a request header Content-Range.
    const asked = header(x, 'range') ?? header(x, 'content-range')?.replace(/^bytes\s+/i, 'bytes=')
    const range =
      condition === undefined || condition === etag ? parseRange(asked, fileSize) : undefined
    const headers: Record<string, string> = {
      ...common,
      'content-length': String(range?.length ?? fileSize),
      'content-disposition': disposition(kind, file.owners[0]?.name || fid),
      ...(range && {
        'content-range': `bytes ${range.offset}-${range.offset + range.length - 1}/${fileSize}`,
      }),
    }
    if (x.request.method === 'HEAD')
      return void x.response.writeHead(range ? 206 : 200, headers).end()
    if (slots.waiting >= MAX_WAITING)
      throw new GatewayError('BUSY', 'Too many downloads wait here already. Try again soon.', {
        retryAfter: 5,
      })
    const slot = await slots.take(1, x.signal)
    try {
      ctx.metrics.downloads.set(slots.used)
      const whole = range ?? { offset: 0, length: fileSize }
      const { share, ahead } = await takeMemory(deps, whole.length, x.signal)
      try {
        await send(deps, x, file, { range: whole, status: range ? 206 : 200, ahead }, headers)
      } finally {
        share.free()
      }
    } finally {
      slot.free()
      ctx.metrics.downloads.set(slots.used)
    }
    return undefined
  }
}

/** A fragment's worth of memory for everybody; two segments' for who comes while there is plenty. */
async function takeMemory(
  { memory, memoryBytes }: DownloadDeps,
  length: number,
  signal: AbortSignal,
): Promise<{ readonly share: Slot; readonly ahead: boolean }> {
  const plenty = Math.min(length, 2 * SEGMENT_SIZE)
  const fast = memory.used + plenty <= 0.7 * memoryBytes ? memory.tryTake(plenty) : undefined
  if (fast) return { share: fast, ahead: true }
  const little = Math.min(length, SEGMENT_SIZE / DATA_FRAGMENTS)
  return { share: await memory.take(little, signal), ahead: false }
}
