import { ChainError, PoolError } from '@cess/chain'
import { RuntimeTrap } from '@cess/primitives'

/** A JSON-RPC 2.0 error with the codes that Substrate's clients know. */
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

export const PARSE_ERROR = -32_700
export const INVALID_REQUEST = -32_600
export const METHOD_NOT_FOUND = -32_601
export const INVALID_PARAMS = -32_602
export const INTERNAL_ERROR = -32_603
/** Error bases of Substrate's groups: chain 3000, state 4000. */
const UNKNOWN_BLOCK = 4003

export const invalidParams = (message: string): RpcError => new RpcError(INVALID_PARAMS, message)

/** Turns what a method threw into what a client may see; anything unexpected stays inside. */
export function toRpcError(error: unknown): RpcError | undefined {
  if (error instanceof RpcError) return error
  if (error instanceof PoolError) return new RpcError(error.code, error.message, error.data)
  if (error instanceof ChainError)
    return new RpcError(UNKNOWN_BLOCK, `Client error: UnknownBlock: ${error.message}`, error.code)
  if (error instanceof RuntimeTrap)
    return new RpcError(UNKNOWN_BLOCK, `Client error: Execution failed: ${error.message}`)
  return undefined
}
