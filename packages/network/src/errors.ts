export type NetworkErrorCode =
  | 'TIMEOUT'
  | 'REFUSED'
  | 'TOO_LARGE'
  | 'CLOSED'
  | 'UNSUPPORTED'
  | 'UNREACHABLE'
  | 'MALFORMED'

/** A failure between us and one peer. The code says what to do; the message is for people. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode
  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NetworkError'
    this.code = code
  }
}
