export type ReencryptionErrorCode =
  /** Bytes are no point of ristretto255 in its one encoding, or the identity. */
  | 'BAD_POINT'
  /** A capsule's proof does not hold for the public key. */
  | 'BAD_CAPSULE'
  /** A key fragment does not belong to the delegation. */
  | 'BAD_FRAGMENT'
  /** A share was not made from the capsule with the fragment of its proxy. */
  | 'BAD_SHARE'
  /** One proxy's share was given twice. */
  | 'DUPLICATE_SHARE'
  /** Fewer shares than the threshold, or a threshold that cannot be. */
  | 'THRESHOLD'
  /** The grantee's secret does not belong to the grantee of the delegation. */
  | 'WRONG_KEY'

/** Why a re-encryption cannot be. The message says what happened and what to do; it never holds a secret. */
export class ReencryptionError extends Error {
  override readonly name = 'ReencryptionError'
  readonly code: ReencryptionErrorCode

  constructor(code: ReencryptionErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
