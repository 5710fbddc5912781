export type ErasureErrorCode =
  | 'BAD_PARAMETER'
  | 'BAD_LENGTH'
  | 'BAD_INDEX'
  | 'TOO_FEW_SHARDS'
  | 'UNSUPPORTED'
  | 'WORKER_FAILED'
  | 'CLOSED'

/** Why shards were not coded; the message says what happened and what to do. */
export class ErasureError extends Error {
  override readonly name = 'ErasureError'
  readonly code: ErasureErrorCode

  constructor(code: ErasureErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
