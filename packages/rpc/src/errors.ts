import { ChainError, PoolError } from '@cess/chain'
import { RuntimeTrap } from '@cess/primitives'
import { StateError } from '@cess/state'

/** A JSON-RPC 2.0 error with the codes and messages that Substrate's clients know. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600
const METHOD_NOT_FOUND = -32_601
const INVALID_PARAMS = -32_602
const INTERNAL_ERROR = -32_603
/** Codes of Substrate's JSON-RPC server (jsonrpsee). */
const TOO_MANY_SUBSCRIPTIONS = -32_006
const REQUEST_TOO_BIG = -32_007
const RESPONSE_TOO_BIG = -32_008
const BATCH_TOO_LARGE = -32_010
const RATE_LIMITED = -32_999
/** `state_*`: what the chain or the runtime refused (bases: author 1000, system 2000, chain 3000, state 4000). */
const CLIENT_ERROR = 4003

const exceeded = (max: number): string => `Exceeded max limit of ${max}`

export const parseError = (): RpcError => new RpcError(PARSE_ERROR, 'Parse error')
export const invalidRequest = (): RpcError => new RpcError(INVALID_REQUEST, 'Invalid request')
export const invalidParams = (message: string): RpcError => new RpcError(INVALID_PARAMS, message)
export const methodNotFound = (why = 'Method not found'): RpcError =>
  new RpcError(METHOD_NOT_FOUND, why)
export const notOverHttp = (): RpcError =>
  methodNotFound('This method needs a WebSocket: notifications cannot follow over http')
export const unsafeRefused = (): RpcError =>
  methodNotFound('RPC call is unsafe to be called externally')
export const requestTooBig = (max: number): RpcError =>
  new RpcError(REQUEST_TOO_BIG, 'Request is too big', exceeded(max))
export const responseTooBig = (max: number): RpcError =>
  new RpcError(RESPONSE_TOO_BIG, 'Response is too big', exceeded(max))
export const batchTooLarge = (max: number): RpcError =>
  new RpcError(BATCH_TOO_LARGE, 'The batch request was too large', exceeded(max))
export const tooManySubscriptions = (max: number): RpcError =>
  new RpcError(TOO_MANY_SUBSCRIPTIONS, 'Too many subscriptions on the connection', exceeded(max))
export const rateLimited = (): RpcError => new RpcError(RATE_LIMITED, 'RPC rate limit exceeded')
export const clientError = (why: string): RpcError =>
  new RpcError(CLIENT_ERROR, `Client error: ${why}`)

/** Turns what a method threw into what a client may see; `undefined` for the unexpected, which stays inside. */
export function toRpcError(error: unknown): RpcError | undefined {
  if (error instanceof RpcError) return error
  if (error instanceof PoolError) return new RpcError(error.code, error.message, error.data)
  if (error instanceof RuntimeTrap) return clientError(`Execution failed: ${error.message}`)
  if (error instanceof ChainError || error instanceof StateError) {
    if (error.code === 'UNKNOWN_BLOCK') return clientError(`UnknownBlock: ${error.message}`)
    // Indexers look for this sentence to tell a pruned state from an unknown block.
    if (error.code === 'UNKNOWN_STATE')
      return clientError(`UnknownBlock: State already discarded. ${error.message}`)
  }
  return undefined
}

export const internalError = (): RpcError => new RpcError(INTERNAL_ERROR, 'Internal error')

/** Why the server could not start. */
export class RpcServerError extends Error {
  override readonly name = 'RpcServerError'
  readonly code: 'LISTEN_FAILED'

  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.code = 'LISTEN_FAILED'
  }
}
