export type ProxyErrorCode =
  /** Bytes that are no request. */
  | 'BAD_REQUEST'
  /** No grant, not active, over, or of an earlier epoch of the file. */
  | 'NO_GRANT'
  /** The grant has no place for this proxy, or it has not its fragments yet. */
  | 'NOT_HERE'
  /** The request is not signed by whom the file is shared with, or too old. */
  | 'NOT_ALLOWED'
  /** The uses of the grant are used up here. */
  | 'USED_UP'
  /** The capsule is none of the file's. */
  | 'BAD_CAPSULE'

/** Why a proxy does not answer. The message says what happened and what to do; it never holds a secret. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  readonly code: ProxyErrorCode

  constructor(code: ProxyErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
