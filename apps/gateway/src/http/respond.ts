import type { ServerResponse } from 'node:http'
import { ContentError } from '@cess/content'
import { chainProblem } from '../chain/errors.ts'
import { codeOf, GatewayError } from '../errors.ts'
import { diskError } from '../store/disk.ts'
import type { Answer, Exchange } from './exchange.ts'

/** Pages of any origin may use the gateway: nothing here depends on cookies. */
export const CORS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Content-Range, Content-Length, ETag, Accept-Ranges, Upload-Offset, Range, Retry-After',
}
export const PREFLIGHT: Readonly<Record<string, string>> = {
  ...CORS,
  'access-control-allow-methods': 'GET, HEAD, PUT, DELETE, OPTIONS',
  'access-control-allow-headers':
    'Territory, Bucket, Account, Message, Signature, FileName, TotalSize, Content-Type, Content-Range, Range, If-Range, If-None-Match, Operation, ACC, ETHACC',
  'access-control-max-age': '86400',
}

/** Any failure as what a client is told. What went wrong inside is not for it to know. */
export function problemOf(error: unknown): GatewayError {
  const known = chainProblem(diskError(error))
  if (known instanceof GatewayError) return known
  if (known instanceof ContentError)
    return new GatewayError('UNAVAILABLE', known.message, { content: known.code }, known)
  if (['ECONNRESET', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(known) ?? ''))
    return new GatewayError('INCOMPLETE', 'The connection broke before everything had come.')
  return new GatewayError(
    'INTERNAL',
    'Something went wrong inside this gateway. Try again; if it goes on, tell its operator the time of this answer.',
    {},
    known,
  )
}

/** Numbers beyond 2^53 become strings. */
const plain = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value

/** Writes a JSON answer. The response is not ended when `hold` is set: its length tells the client that it has all. */
export function writeAnswer(
  response: ServerResponse,
  { status, data, msg = 'ok', headers = {} }: Answer,
  { head = false, hold = false } = {},
): void {
  const body = Buffer.from(JSON.stringify({ code: status, msg, data }, plain))
  response.writeHead(status, {
    ...CORS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(body.length),
    'cache-control': 'no-store',
    ...headers,
  })
  if (!head) response.write(body)
  if (!hold) response.end()
}

/** An error as an answer. */
export function answerOf(error: GatewayError): Answer {
  const { status, code, message, data } = error
  const headers: Record<string, string> = {}
  if (typeof data['retryAfter'] === 'number') headers['retry-after'] = String(data['retryAfter'])
  if (code === 'RANGE_NOT_SATISFIABLE') headers['content-range'] = `bytes */${data['size']}`
  if (typeof data['allow'] === 'string') headers['allow'] = data['allow']
  if (typeof data['offset'] === 'number') headers['upload-offset'] = String(data['offset'])
  return { status, data: { error: code, ...data }, msg: message, headers }
}

/** Answers with a page. */
export function html({ response }: Pick<Exchange, 'response'>, page: string): undefined {
  response.writeHead(200, {
    ...CORS,
    'content-type': 'text/html; charset=utf-8',
    'content-length': String(Buffer.byteLength(page)),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  response.end(page)
  return undefined
}
