import { GatewayError } from '../errors.ts'
import { receive } from '../ingest/receive.ts'
import type { HeldSession } from '../ingest/sessions.ts'
import { removeFile } from '../store/disk.ts'
import { bodyOf } from './body.ts'
import { type Answer, contentLength, type Exchange, type Handler, header, ok } from './exchange.ts'
import { bucketOf, fileName, headerName, territoryOf } from './names.ts'
import { answerUpload, bodyLimits, checkWish, type UploadDeps } from './uploads.ts'

/** A piece, whose last byte is `to`, or the question how far the upload is. */
type ContentRange =
  | { readonly asks: false; readonly from: number; readonly to: number; readonly total: number }
  | { readonly asks: true; readonly total: number }

/** `bytes a-b/total`; `bytes * /total` asks how far it is. */
function parseContentRange(text: string, maxFile: number): ContentRange {
  const parts = /^bytes\s+(?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15})$/.exec(text)
  const total = Number(parts?.[3])
  if (parts && total > maxFile)
    throw new GatewayError('TOO_LARGE', `A file may have ${maxFile} bytes here.`, {
      limit: maxFile,
    })
  if (parts?.[1] === undefined && parts) return { asks: true, total }
  const [from, to] = [Number(parts?.[1]), Number(parts?.[2])]
  if (!parts || !(from <= to && to < total))
    throw new GatewayError(
      'BAD_RANGE',
      `Content-Range "${text.slice(0, 80)}" is no range: write "bytes first-last/total", counted from 0.`,
    )
  return { asks: false, from, to, total }
}

/** `PUT /resume/:name`: a file in pieces, over broken connections and restarts. */
export function createResume(deps: UploadDeps, upload: Handler): Handler {
  const { ctx, auth, admissions, sessions, spool, intake } = deps
  const { maxFile } = ctx.config.limits

  const progress = (offset: number): Answer => ({
    status: 308,
    data: { offset },
    headers: {
      'upload-offset': String(offset),
      ...(offset > 0 && { range: `bytes=0-${offset - 1}` }),
    },
  })

  /** The CESS SDK sends the whole file with every piece; all but the last are read and let go. */
  async function discard(x: Exchange, total: number): Promise<Answer> {
    for await (const _ of bodyOf(x, bodyLimits(ctx, total)));
    return ok(null)
  }

  return async (x) => {
    const text = header(x, 'content-range')
    const range = text === undefined ? undefined : parseContentRange(text, maxFile)
    if (!range || range.total === 0) return upload(x)
    checkWish(x.query)
    const name = headerName(x) ?? fileName(x.params['name']!)
    const { total } = range
    const owner = await auth.signer(x, {
      sdk: true,
      began: (who, message) => sessions.find(who, name, total)?.message === message,
    })
    const [territory, bucket] = [territoryOf(x), bucketOf(x)]
    const length = contentLength(x)
    const whole = !range.asks && length === total && range.to - range.from + 1 !== total
    const piece = range.asks
      ? { from: total, length: 0 }
      : whole
        ? { from: 0, length: total }
        : { from: range.from, length: range.to - range.from + 1 }
    if (length !== undefined && length !== piece.length)
      throw new GatewayError(
        'BAD_RANGE',
        `The body has ${length} bytes, and Content-Range announces ${piece.length}. Send exactly the bytes of the range.`,
      )
    if (range.asks && (sessions.find(owner, name, total)?.offset ?? -1) < total) {
      const offset = sessions.find(owner, name, total)?.offset ?? 0
      return progress(offset)
    }
    const admission = await admissions.admit({ owner, territory, bytes: total }, piece.from === 0)
    try {
      if (!range.asks && whole && range.to < total - 1) return await discard(x, total)
      return await takePiece()
    } finally {
      admission.leave()
    }

    async function takePiece(): Promise<Answer> {
      const held = await sessions.hold(owner, name, total)
      try {
        const { id, offset, fid } = held.session()
        if (fid && piece.from > 0) {
          // The answer to the last piece did not reach the client.
          await discard(x, piece.length)
          return await answerUpload(deps, x, deps.intake.known(fid, total))
        }
        if (piece.from > offset)
          throw new GatewayError(
            'OFFSET_MISMATCH',
            `The upload has ${offset} bytes here, and this piece begins at ${piece.from}. Go on at ${offset}.`,
            { offset },
          )
        if (piece.length > 0) await writePiece(x, held, piece)
        if (held.session().offset < total) return progress(held.session().offset)
        const layout = await held.segmenter.finish(total)
        const accepted = await intake.accept(id, layout, { owner, territory, bucket, name })
        await held.finish(accepted.fid)
        await removeFile(spool.part(id))
        return await answerUpload(deps, x, accepted)
      } finally {
        held.leave()
      }
    }
  }

  async function writePiece(
    x: Exchange,
    held: HeldSession,
    { from, length }: { readonly from: number; readonly length: number },
  ): Promise<void> {
    const { id, offset } = held.session()
    await held.segmenter.rewind(from)
    if (from === 0) await held.begin(header(x, 'message') ?? '')
    else if (from < offset) await held.moveTo(from)
    const signal = AbortSignal.any([x.signal, held.signal])
    let grown = from
    const end = await receive(bodyOf({ ...x, signal }, bodyLimits(ctx, length)), spool.part(id), {
      from,
      onGrown(now) {
        ctx.metrics.bytesIn.inc(now - grown)
        grown = now
        held.segmenter.advance(now)
      },
      onDurable: (now) => held.moveTo(now),
    })
    if (end !== from + length)
      throw new GatewayError(
        'INCOMPLETE',
        `The piece ended after ${end - from} of ${length} bytes. Go on at ${end}.`,
        { offset: end },
      )
  }
}

/** `HEAD /resume/:name`: how far a resumable upload has come. */
export function createResumeStatus({ ctx, auth, sessions }: UploadDeps): Handler {
  return async (x) => {
    const owner = await auth.signer(x, { sdk: true })
    const name = headerName(x) ?? fileName(x.params['name']!)
    const text = header(x, 'totalsize') ?? x.query.get('total') ?? undefined
    const total = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
    const range = header(x, 'content-range')
    const asked =
      total ??
      (range === undefined ? undefined : parseContentRange(range, ctx.config.limits.maxFile).total)
    const found = sessions.find(owner, name, asked)
    if (!found)
      throw new GatewayError(
        'NO_SESSION',
        'There is no unfinished upload of this name and size. Begin with PUT /resume and a range from 0.',
      )
    return ok(
      { offset: found.offset, total: found.total },
      {
        'upload-offset': String(found.offset),
        ...(found.offset > 0 && { range: `bytes=0-${found.offset - 1}` }),
      },
    )
  }
}
