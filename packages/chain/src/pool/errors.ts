import type { TransactionValidityError } from '@cess/primitives'

/** Codes of Substrate's `author_*` errors, which clients match on (sdk client/rpc-api/src/author/error.rs). */
export const POOL_ERROR = {
  VERIFICATION: 1002,
  INVALID: 1010,
  UNKNOWN_VALIDITY: 1011,
  BANNED: 1012,
  ALREADY_IMPORTED: 1013,
  TOO_LOW_PRIORITY: 1014,
  CYCLE: 1015,
  IMMEDIATELY_DROPPED: 1016,
  NO_TAGS: 1019,
  OTHER: 1040,
} as const
export type PoolErrorCode = (typeof POOL_ERROR)[keyof typeof POOL_ERROR]

/** Why the pool refused a transaction. `message` and `data` are Substrate's JSON-RPC texts. */
export class PoolError extends Error {
  override readonly name = 'PoolError'
  readonly code: PoolErrorCode
  readonly data: string | undefined

  constructor(code: PoolErrorCode, message: string, data?: string) {
    super(message)
    this.code = code
    this.data = data
  }
}

const TEXTS: Readonly<Record<string, string>> = {
  Call: 'Transaction call is not expected',
  Payment: 'Inability to pay some fees (e.g. account balance too low)',
  Future: 'Transaction will be valid in the future',
  Stale: 'Transaction is outdated',
  BadProof: 'Transaction has a bad signature',
  AncientBirthBlock: 'Transaction has an ancient birth block',
  ExhaustsResources: 'Transaction would exhaust the block limits',
  BadMandatory: 'A call was labelled as mandatory, but resulted in an Error.',
  MandatoryValidation: 'Transaction dispatch is mandatory; transactions must not be validated.',
  BadSigner: 'Invalid signing address',
  IndeterminateImplicit: 'The implicit data was unable to be calculated',
  UnknownOrigin: 'The transaction extension did not authorize any origin',
  CannotLookup: 'Could not lookup information required to validate the transaction',
  NoUnsignedValidator: 'Could not find an unsigned validator for the unsigned transaction',
}

/** The error for what the runtime said of a transaction. */
export function validityError(error: TransactionValidityError): PoolError {
  const { type, value } = error.value
  const text = type === 'Custom' ? `Custom error: ${value}` : (TEXTS[type] ?? type)
  return error.type === 'Invalid'
    ? new PoolError(POOL_ERROR.INVALID, 'Invalid Transaction', text)
    : new PoolError(POOL_ERROR.UNKNOWN_VALIDITY, 'Unknown Transaction Validity', text)
}
