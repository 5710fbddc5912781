import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import type { Admissions } from '../ingest/admission.ts'
import type { Accepted, Intake } from '../ingest/intake.ts'
import { receive } from '../ingest/receive.ts'
import { createSegmenter } from '../ingest/segmenter.ts'
import type { Sessions } from '../ingest/sessions.ts'
import type { Spool } from '../ingest/spool.ts'
import type { Runner } from '../jobs/runner.ts'
import { removeFile } from '../store/disk.ts'
import { STORED, stateForUsers } from '../store/jobs.ts'
import type { Encoder } from '../work/encoder.ts'
import type { Authentication } from './auth.ts'
import { type BodyLimits, bodyOf } from './body.ts'
import { type Answer, contentLength, type Exchange, type Handler, header, ok } from './exchange.ts'
import { multipartFile } from './multipart.ts'
import { bucketOf, fileName, headerName, territoryOf } from './names.ts'

export interface UploadDeps {
  readonly ctx: GatewayContext
  readonly auth: Authentication
  readonly admissions: Admissions
  readonly sessions: Sessions
  readonly spool: Spool
  readonly encoder: Encoder
  readonly intake: Intake
  readonly runner: Runner
}

/** What multipart may add to a file. */
const MULTIPART_OVERHEAD = 64 * 1024
const WAIT_MS = 4 * 60_000

export const bodyLimits = ({ config, clock }: GatewayContext, most: number): BodyLimits => ({
  clock,
  most,
  idleMs: config.limits.idleMs,
  slowest: config.limits.slowest,
})

/** Whether the client wishes to wait until the file is stored. @throws GatewayError BAD_REQUEST */
export function checkWish(query: URLSearchParams): boolean {
  const wish = query.get('wait')
  if (wish !== null && wish !== 'stored')
    throw new GatewayError('BAD_REQUEST', 'The only thing to wait for is wait=stored.')
  return wish !== null
}

/** The answer to a finished upload, after waiting as the client wishes. */
export async function answerUpload(
  { runner }: Pick<UploadDeps, 'runner'>,
  { query, signal }: Exchange,
  { fid, size, state, block }: Accepted,
): Promise<Answer> {
  if (!checkWish(query) || STORED.includes(state))
    return ok({ fid, size, state: stateForUsers(state), ...(block !== undefined && { block }) })
  const job = await runner.wait(fid, STORED, WAIT_MS)
  signal.throwIfAborted()
  // The job is forgotten when everything has happened.
  const reached = job?.state ?? 'proven'
  if (reached === 'failed')
    throw new GatewayError('UNAVAILABLE', `The file could not be stored: ${job?.trouble ?? ''}`, {
      fid,
    })
  const done = STORED.includes(reached)
  return {
    status: done ? 200 : 202,
    data: {
      fid,
      size,
      state: stateForUsers(reached),
      ...(job?.block !== undefined && { block: job.block }),
    },
  }
}

/** `PUT /file` and `PUT /object/:name`: the whole file in one request. */
export function createUpload(deps: UploadDeps): Handler {
  const { ctx, auth, admissions, spool, encoder, intake } = deps
  const { maxFile } = ctx.config.limits

  return async (x) => {
    checkWish(x.query)
    const owner = await auth.signer(x, { sdk: true })
    const [territory, bucket] = [territoryOf(x), bucketOf(x)]
    const type = header(x, 'content-type') ?? ''
    const multipart = /^multipart\/form-data\b/i.test(type)
    const announced = contentLength(x)
    const least = Math.max(0, (announced ?? 0) - (multipart ? MULTIPART_OVERHEAD : 0))
    const admission = await admissions.admit({ owner, territory, bytes: least })
    const part = ctx.random.bytes(16).toHex()
    const path = spool.part(part)
    spool.count(part, least)
    try {
      const segmenter = createSegmenter(path, encoder)
      const take = async (bytes: AsyncIterable<Uint8Array>, given: string | undefined) => {
        const name = headerName(x) ?? fileName(x.params['name'] ?? given ?? 'file')
        let grown = 0
        const onGrown = (length: number): void => {
          ctx.metrics.bytesIn.inc(length - grown)
          grown = length
          if (length > least) spool.count(part, length)
          segmenter.advance(length)
        }
        const size = await receive(bytes, path, { from: 0, onGrown })
        await admission.resize(size)
        return { name, layout: await segmenter.finish(size) }
      }
      const body = bodyOf(x, bodyLimits(ctx, maxFile + (multipart ? MULTIPART_OVERHEAD : 0)))
      const { name, layout } = multipart
        ? await multipartFile(type, body, (file) => take(file.bytes, file.name))
        : await take(body, undefined)
      const brief = { owner, territory, bucket, name }
      return await answerUpload(deps, x, await intake.accept(part, layout, brief))
    } finally {
      admission.leave()
      await removeFile(path)
      spool.count(part, 0)
    }
  }
}
