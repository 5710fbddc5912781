export type ScaleErrorCode =
  | 'UNEXPECTED_END'
  | 'TRAILING_BYTES'
  | 'OUT_OF_RANGE'
  | 'UNKNOWN_VARIANT'
  | 'TOO_LONG'
  | 'TOO_DEEP'
  | 'NOT_CANONICAL'
  | 'INVALID_UTF8'

/** Bytes or a value that a codec cannot take. */
export class ScaleError extends Error {
  override readonly name = 'ScaleError'
  readonly code: ScaleErrorCode

  constructor(code: ScaleErrorCode, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}
