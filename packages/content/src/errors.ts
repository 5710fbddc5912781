export type ContentErrorCode =
  /** The bytes do not begin as an encrypted file of this network does. */
  | 'NOT_CESS'
  /** A format version, algorithm or chunk size that this program does not know. */
  | 'UNSUPPORTED_VERSION'
  /** The key belongs to another file or account. */
  | 'WRONG_KEY'
  /** Bytes are not the ones that were written. */
  | 'CORRUPT'
  /** Bytes are missing at the end. */
  | 'TRUNCATED'
  /** A limit of the format is exceeded. */
  | 'TOO_LARGE'
  /** A range that reaches beyond the end. */
  | 'OUT_OF_RANGE'
  /** The source gave other bytes than were announced, or than its survey saw. */
  | 'SOURCE_CHANGED'
  /** What is resumed is not the file that was begun, or was not begun so that it can be resumed. */
  | 'RESUME_MISMATCH'
  /** Fewer than four good fragments of a segment can be had. */
  | 'UNAVAILABLE'

/** Why content could not be written or read. The message says what happened and what to do; it never holds a secret. */
export class ContentError extends Error {
  override readonly name = 'ContentError'
  readonly code: ContentErrorCode

  constructor(code: ContentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
