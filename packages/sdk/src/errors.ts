export type SdkErrorCode =
  | 'UNREACHABLE'
  | 'CONNECTION_LOST'
  | 'TIMEOUT'
  | 'RPC_ERROR'
  | 'WRONG_CHAIN'
  | 'REJECTED'
  | 'CALL_FAILED'
  | 'EXPIRED'
  | 'NOT_FOUND'
  | 'CHAIN_ERROR'
  | 'NO_SHARES'
  | 'GATEWAY_ERROR'
  | 'BAD_SECRET'
  | 'BAD_ADDRESS'
  | 'BAD_AMOUNT'
  | 'BAD_NAME'
  | 'BAD_LINK'
  /** Codes of a work that the chain would not take. */
  | 'BAD_CODES'
  /** The gateway is of another network. */
  | 'WRONG_GATEWAY'
  /** Bytes that are not those of the file id. */
  | 'WRONG_FILE'
  | 'CLOSED'

/** What went wrong between a client and the network. `code` is stable; the message is for people. */
export class SdkError extends Error {
  readonly code: SdkErrorCode
  constructor(code: SdkErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SdkError'
    this.code = code
  }
}

/** A call that got into a block and failed there. `error` is `Pallet.Name`, or the kind of failure. */
export class CallFailed extends SdkError {
  readonly error: string
  constructor(call: string, error: string, why: string) {
    super('CALL_FAILED', `${call} failed with ${error}: ${why}`)
    this.name = 'CallFailed'
    this.error = error
  }
}

/** An error object that the node answered with. */
export class RpcError extends SdkError {
  readonly rpcCode: number
  readonly data: unknown
  constructor(method: string, error: { code: number; message: string; data?: unknown }) {
    const data = typeof error.data === 'string' ? ` (${error.data})` : ''
    super('RPC_ERROR', `${method}: ${error.message}${data}`)
    this.name = 'RpcError'
    this.rpcCode = error.code
    this.data = error.data
  }
}
