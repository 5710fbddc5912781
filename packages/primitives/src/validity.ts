import { bool, bytes, type Infer, kase, struct, u8, u64, unit, variant, vec } from '@cess/scale'

/** Why a transaction can never be valid as it stands. */
export const invalidTransaction = variant('sp_runtime::transaction_validity::InvalidTransaction', {
  Call: kase(0, unit),
  Payment: kase(1, unit),
  Future: kase(2, unit),
  Stale: kase(3, unit),
  BadProof: kase(4, unit),
  AncientBirthBlock: kase(5, unit),
  ExhaustsResources: kase(6, unit),
  Custom: kase(7, u8),
  BadMandatory: kase(8, unit),
  MandatoryValidation: kase(9, unit),
  BadSigner: kase(10, unit),
  IndeterminateImplicit: kase(11, unit),
  UnknownOrigin: kase(12, unit),
})
export type InvalidTransaction = Infer<typeof invalidTransaction>

/** Why nothing can be said about a transaction. */
export const unknownTransaction = variant('sp_runtime::transaction_validity::UnknownTransaction', {
  CannotLookup: kase(0, unit),
  NoUnsignedValidator: kase(1, unit),
  Custom: kase(2, u8),
})

export const transactionValidityError = variant(
  'sp_runtime::transaction_validity::TransactionValidityError',
  {
    Invalid: kase(0, invalidTransaction),
    Unknown: kase(1, unknownTransaction),
  },
)
export type TransactionValidityError = Infer<typeof transactionValidityError>

/** What the pool needs to know of a valid transaction: order, dependencies by tag, and how many blocks it stays valid. */
export const validTransaction = struct('sp_runtime::transaction_validity::ValidTransaction', {
  priority: u64,
  requires: vec(bytes),
  provides: vec(bytes),
  longevity: u64,
  propagate: bool,
})
export type ValidTransaction = Infer<typeof validTransaction>

/** Result<ValidTransaction, TransactionValidityError>. */
export const transactionValidity = variant('Result', {
  Ok: kase(0, validTransaction),
  Err: kase(1, transactionValidityError),
})
export type TransactionValidity = Infer<typeof transactionValidity>

/** Where a transaction came from, as `validate_transaction` is told. */
export type TransactionSource = 'InBlock' | 'Local' | 'External'
