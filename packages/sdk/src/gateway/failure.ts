import { SdkError } from '../errors.ts'

/** What a gateway refused, in its own words. `reason` is its typed code, such as `NO_ROOM`. */
export class GatewayRefused extends SdkError {
  readonly reason: string
  /** HTTP status. */
  readonly status: number
  /** Facts for programs, such as the offset of an upload. */
  readonly data: Readonly<Record<string, unknown>>
  constructor(
    status: number,
    reason: string,
    message: string,
    data: Readonly<Record<string, unknown>> = {},
  ) {
    super('GATEWAY_ERROR', message)
    this.name = 'GatewayRefused'
    this.reason = reason
    this.status = status
    this.data = data
  }
}

/** Answers that may be another the next time. */
const PASSING = new Set([
  'INCOMPLETE',
  'TOO_SLOW',
  'SUPERSEDED',
  'TOO_MANY',
  'BUSY',
  'STOPPING',
  'CHAIN_UNREACHABLE',
  'DISK_FULL',
])

/** Whether it is worth trying again: the connection broke, or the gateway is busy. */
export const isPassing = (error: unknown): boolean =>
  error instanceof GatewayRefused
    ? PASSING.has(error.reason)
    : error instanceof SdkError &&
      ['UNREACHABLE', 'CONNECTION_LOST', 'TIMEOUT'].includes(error.code)

const seconds = (error: unknown): number | undefined => {
  const value = error instanceof GatewayRefused ? error.data['retryAfter'] : undefined
  return typeof value === 'number' && value >= 0 ? value : undefined
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 60_000

/** Milliseconds to wait before attempt number `attempt` (from 1): as the gateway says, or twice as long each time. */
export const waitBefore = (attempt: number, error: unknown): number =>
  Math.min((seconds(error) ?? 0) * 1000 || FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS)
