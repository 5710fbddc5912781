export type ChainErrorCode =
  | 'UNKNOWN_BLOCK'
  | 'UNKNOWN_PARENT'
  | 'UNKNOWN_STATE'
  | 'BAD_BLOCK'
  | 'FINALIZED_FORK'
  | 'BUILD_FAILED'
  | 'GENESIS_MISMATCH'
  | 'CORRUPT_DATABASE'
  | 'STORE_FAILED'
  | 'CLOSED'

/** Why the chain refused; the message says what happened and what to do. */
export class ChainError extends Error {
  override readonly name = 'ChainError'
  readonly code: ChainErrorCode

  constructor(code: ChainErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
