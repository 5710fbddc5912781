/** The pallets of the chain: FRAME's own, and CESS's storage network. */
export { type AuditApi, audit } from './audit/pallet.ts'
export { authorship } from './authorship.ts'
export { babe } from './babe.ts'
export { balances } from './balances.ts'
export { cessTreasury } from './cess-treasury.ts'
export { type FileBankApi, fileBank } from './file-bank/pallet.ts'
export { grandpa } from './grandpa.ts'
export { claimCommitment, codesCommitment, voteCommitment } from './mdrc/commitments.ts'
export { differing, NEAR_64, NEAR_128, nearness } from './mdrc/matching.ts'
export { type MdrcApi, mdrc } from './mdrc/pallet.ts'
export {
  type Action,
  type Agreement,
  type Claim,
  type Codes,
  type ContentKind,
  claim,
  codes,
  type Dispute,
  type DisputeReason,
  LICENCE_FLAGS,
  type Terms,
  type WorkInfo,
  workInfo,
} from './mdrc/types.ts'
export { oss } from './oss.ts'
export { type ReencryptionApi, reencryption } from './reencryption/pallet.ts'
export { type SessionKeys, session, sessionKeys } from './session.ts'
export { sminer } from './sminer/pallet.ts'
export { storageHandler } from './storage-handler/pallet.ts'
export { sudo } from './sudo.ts'
export { timestamp } from './timestamp.ts'
export {
  chargeTransactionPayment,
  transactionPayment,
  transactionPaymentApis,
} from './transaction-payment.ts'
export { treasury } from './treasury.ts'
export { utility } from './utility.ts'
