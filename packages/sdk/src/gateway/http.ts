import { SdkError } from '../errors.ts'
import { GatewayRefused } from './failure.ts'

/** The part of `fetch` that is used here; tests and programs with a proxy bring their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

interface Envelope {
  readonly msg?: unknown
  readonly data?: unknown
}

/** Longest JSON answer: the list of all fragments of the longest file has 1 MB. */
const MAX_JSON = 8 << 20

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** Sends a request. Failures of the connection become typed errors; statuses are the caller's to judge. */
export async function request(
  fetch: Fetch,
  base: string,
  path: string,
  init: RequestInit,
): Promise<Response> {
  try {
    return await fetch(`${base}${path}`, init)
  } catch (error) {
    if (init.signal?.aborted) throw init.signal.reason
    throw new SdkError(
      'UNREACHABLE',
      `No gateway answers at ${base}. Is it running, and is the address right? Name another one with --gateway.`,
      error,
    )
  }
}

/** The JSON that a gateway answered with. @throws SdkError */
async function envelope(response: Response): Promise<Envelope> {
  const length = Number(response.headers.get('content-length') ?? 0)
  if (length > MAX_JSON)
    throw new SdkError('GATEWAY_ERROR', 'The gateway answered with more than it may.')
  let text: string
  try {
    text = await response.text()
  } catch (error) {
    throw new SdkError('CONNECTION_LOST', 'The connection to the gateway broke.', error)
  }
  try {
    return record(JSON.parse(text))
  } catch {
    throw new SdkError(
      'GATEWAY_ERROR',
      `The gateway answered with status ${response.status} and something that is no JSON. Is there a CESS gateway at this address?`,
    )
  }
}

/** The error in an answer. */
export async function refusal(response: Response): Promise<SdkError> {
  const { msg, data } = await envelope(response)
  const facts = record(data)
  const retry = Number(response.headers.get('retry-after') ?? Number.NaN)
  const { error = 'INTERNAL', ...rest } = facts
  return new GatewayRefused(
    response.status,
    String(error).slice(0, 40),
    typeof msg === 'string' ? msg.slice(0, 2000) : `The gateway answered ${response.status}.`,
    Number.isFinite(retry) ? { retryAfter: retry, ...rest } : rest,
  )
}

/** The `data` of a good answer. @throws GatewayRefused */
export async function dataOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (response.status >= 400) throw await refusal(response)
  return record((await envelope(response)).data)
}
