export type LightErrorCode =
  /** What was given is no proof. */
  | 'MALFORMED'
  | 'TOO_LARGE'
  /** It is of another network. */
  | 'WRONG_NETWORK'
  /** Votes, headers or nodes do not prove what they should. */
  | 'NOT_PROVEN'
  /** A node does not have what a proof needs. */
  | 'UNAVAILABLE'

/** Why nothing is proven. The message says what happened, why, and what to do. */
export class LightError extends Error {
  override readonly name = 'LightError'
  readonly code: LightErrorCode
  constructor(code: LightErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
