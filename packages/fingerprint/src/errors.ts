export type FingerprintErrorCode =
  /** A code that is none: alphabet, header, or length. */
  | 'BAD_CODE'
  /** Codes that cannot be combined or compared. */
  | 'MISMATCH'
  /** Input that no code can be made of. */
  | 'BAD_INPUT'
  /** Input beyond its bounds. */
  | 'TOO_LARGE'

/** Why a fingerprint cannot be made or read. The message says what happened and what to do. */
export class FingerprintError extends Error {
  override readonly name = 'FingerprintError'
  readonly code: FingerprintErrorCode

  constructor(code: FingerprintErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
