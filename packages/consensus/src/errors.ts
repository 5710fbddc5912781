export type ConsensusErrorCode =
  | 'UNKNOWN_PARENT'
  | 'BAD_PRE_DIGEST'
  | 'BAD_SEAL'
  | 'UNKNOWN_AUTHORITY'
  | 'NOT_SLOT_AUTHOR'
  | 'BAD_VRF'
  | 'SLOT_IN_FUTURE'
  | 'SLOT_NOT_INCREASING'
  | 'BAD_JUSTIFICATION'
  | 'UNKNOWN_BLOCK'
  | 'OTHER_SET'
  | 'BAD_RECORD'
  | 'STOPPED'

/** A block or proof that breaks the rules of consensus. `code` says which rule. */
export class ConsensusError extends Error {
  readonly code: ConsensusErrorCode
  constructor(code: ConsensusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ConsensusError'
    this.code = code
  }
}
