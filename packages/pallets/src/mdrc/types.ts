import { accountId32, cessHash } from '@cess/primitives'
import {
  bool,
  boundedBytes,
  enumeration,
  fixedBytes,
  type Infer,
  kase,
  option,
  struct,
  u8,
  u16,
  u32,
  u128,
  unit,
  variant,
  vec,
} from '@cess/scale'

/** Owners of a work, and works that one is derived from. */
export const MAX_OWNERS = 16
export const MAX_PARENTS = 4
/** Bytes of a title, and of a licence's name. */
export const MAX_TITLE = 128
export const MAX_NAME = 64
/** Jurors of the first panel, and of an appeal's. */
export const PANELS = [5, 11] as const
/** Owners' consent that is asked for at one time. */
export const MAX_PROPOSALS = 8
/** All of something, in basis points. */
export const WHOLE = 10_000

const name = (type: string): string => `pallet_mdrc::types::${type}`

/** Media of a Content-Code, by their number in ISO 24138. */
export const contentKind = enumeration(name('ContentKind'), [
  'Text',
  'Image',
  'Audio',
  'Video',
  'Mixed',
])
export type ContentKind = Infer<typeof contentKind>
/** Bodies of the ISCC units of a work (ISO 24138), without their headers. */
export const codes = struct(name('Codes'), {
  meta: fixedBytes(8),
  /** Absent where the format has no content that can be read. */
  content: option(struct(name('ContentCode'), { kind: contentKind, body: fixedBytes(32) })),
  data: fixedBytes(32),
  /** BLAKE3 of the bytes. */
  instance: fixedBytes(32),
})
export type Codes = Infer<typeof codes>

/**
 * What the chain knows of a work. Public: its codes; anybody with a similar file can find it. Committed: a salted hash of
 * them, until they are opened; the title and the file id are all that shows. Custody: nothing but the id of the encrypted
 * file; it says who stored it when, and nothing of what is in it.
 */
export const fingerprint = variant(name('Fingerprint'), {
  Public: kase(0, codes),
  Committed: kase(1, fixedBytes(32)),
  Custody: kase(2, unit),
})
export type Fingerprint = Infer<typeof fingerprint>

export const ownerShare = struct(name('OwnerShare'), { account: accountId32, bps: u16 })
export type OwnerShare = Infer<typeof ownerShare>

/** What a claimant reveals. */
export const claim = struct(name('Claim'), {
  title: boundedBytes(MAX_TITLE),
  fingerprint,
  /** The encrypted file in storage, one of the claimant's. */
  file: option(cessHash),
  /** Works that it is derived from, each with the licence that allows it; none for own works. */
  parents: vec(struct(name('ParentClaim'), { work: u32, agreement: option(u32) }), MAX_PARENTS),
  /** Shares that add up to 10,000 basis points. */
  owners: vec(ownerShare, MAX_OWNERS),
  /** How many of the owners have to agree. */
  consent: u8,
  /** Hash of a longer description, and of a C2PA manifest. */
  metadata: option(fixedBytes(32)),
  c2pa: option(fixedBytes(32)),
})
export type Claim = Infer<typeof claim>

/**
 * Sealed and Custody works claim no originality. Claimed: may be challenged. Confirmed: nobody has, in time. Disputed: a
 * dispute is open. Refused: one was lost. Revoked: its owners took it back.
 */
export const workStatus = enumeration(name('WorkStatus'), [
  'Sealed',
  'Custody',
  'Claimed',
  'Confirmed',
  'Disputed',
  'Refused',
  'Revoked',
])
export type WorkStatus = Infer<typeof workStatus>

export const workInfo = struct(name('WorkInfo'), {
  creator: accountId32,
  title: boundedBytes(MAX_TITLE),
  fingerprint,
  file: option(cessHash),
  /** With the part of its licence fees that goes to each. */
  parents: vec(struct(name('Parent'), { work: u32, royalty: u16 }), MAX_PARENTS),
  owners: vec(ownerShare, MAX_OWNERS),
  consent: u8,
  metadata: option(fixedBytes(32)),
  c2pa: option(fixedBytes(32)),
  /** The block of the commitment: earlier ones go before. */
  committed: u32,
  /** The block of the claim. */
  claimed: u32,
  status: workStatus,
  /** The block until which it may be challenged; when it was confirmed, for a confirmed one. */
  until: u32,
  dispute: option(u32),
  /** What the creator has put up; 0 when it was given back or lost. */
  deposit: u128,
})
export type WorkInfo = Infer<typeof workInfo>

/** Somebody wants to give, or sell, a share. */
export const shareOffer = struct(name('ShareOffer'), {
  work: u32,
  from: accountId32,
  to: accountId32,
  bps: u16,
  price: u128,
})
/** A share that changed hands. */
export const transfer = struct(name('Transfer'), {
  block: u32,
  from: accountId32,
  to: accountId32,
  bps: u16,
})

/** What a licence allows, as bits. */
export const LICENCE_FLAGS = { commercial: 1, derivatives: 2, aiTraining: 4 } as const
/** Through how many proxies a licence gives access to the file. */
export const access = struct(name('Access'), { threshold: u8, proxies: u8 })
export const terms = struct(name('Terms'), {
  /** Hash of the text. */
  text: fixedBytes(32),
  /** An SPDX identifier, or the id of an ODRL policy. */
  id: boundedBytes(MAX_NAME),
  flags: u8,
  fee: u128,
  /** What derived works pay of their fees, in basis points. */
  royalty: u16,
  /** How long it holds; for ever unless told. */
  blocks: option(u32),
  /** Who buys it gets to read the file. */
  access: option(access),
})
export type Terms = Infer<typeof terms>
export const licence = struct(name('Licence'), { terms, offered: bool })

/** Waiting: paid, and the money kept for the buyer until access is given. Refunded: it was not. */
export const agreementState = enumeration(name('AgreementState'), ['Waiting', 'Held', 'Refunded'])
const payout = struct(name('Payout'), {
  account: accountId32,
  amount: u128,
  /** Whether it lies in the owner's reserve, else in the buyer's: an empty account can't hold any. */
  atOwner: bool,
})
export type Payout = Infer<typeof payout>
/** Most accounts that one fee is split between. */
export const MAX_PAYOUTS = MAX_OWNERS * (1 + MAX_PARENTS)
export const agreement = struct(name('Agreement'), {
  work: u32,
  licence: u32,
  licensee: accountId32,
  paid: u128,
  flags: u8,
  royalty: u16,
  since: u32,
  until: option(u32),
  state: agreementState,
  /** The re-encryption grant that gives access. */
  grant: option(u32),
  /** Who was paid what, while it may still go back. */
  payouts: vec(payout, MAX_PAYOUTS),
  /** From this block on the money may be asked back, while access is not given. */
  refundable: u32,
})
export type Agreement = Infer<typeof agreement>

/** What owners decide together. */
export const action = variant(name('Action'), {
  OfferLicence: kase(0, terms),
  WithdrawLicence: kase(1, u32),
  SetConsent: kase(2, u8),
  SetFile: kase(3, cessHash),
  Revoke: kase(4, unit),
})
export type Action = Infer<typeof action>
export const proposal = struct(name('Proposal'), {
  action,
  approvals: vec(accountId32, MAX_OWNERS),
})

/** What a dispute rests on besides arithmetic. */
export const evidenceKind = enumeration(name('EvidenceKind'), [
  'EarlierClaim',
  'C2pa',
  'Timestamp',
  'Licence',
  'Other',
])
export const disputeReason = variant(name('Reason'), {
  /** The earlier work, and how many of 64 bits are different. */
  NearDuplicate: kase(0, struct('', { prior: u32, distance: u8 })),
  Evidence: kase(1, struct('', { kind: evidenceKind, hash: fixedBytes(32) })),
})
export type DisputeReason = Infer<typeof disputeReason>
/** Response: waits for the owner. Voting and Revealing: a panel decides. Decided: may be appealed. */
export const disputeStage = enumeration(name('Stage'), [
  'Response',
  'Voting',
  'Revealing',
  'Decided',
  'Settled',
])
const seat = struct(name('Seat'), {
  juror: accountId32,
  /** Hash of the vote, until it is revealed. */
  sealed: option(fixedBytes(32)),
  /** Whether the juror is for the challenger. */
  vote: option(bool),
})
export type Seat = Infer<typeof seat>
const side = struct(name('Side'), { account: accountId32, bond: u128 })
export type Side = Infer<typeof side>
export const dispute = struct(name('Dispute'), {
  work: u32,
  reason: disputeReason,
  /** Status of the work before. */
  before: workStatus,
  stage: disputeStage,
  /** When the stage ends. */
  due: u32,
  challenger: side,
  respondent: option(side),
  appellant: option(side),
  /** 0, or 1 after an appeal. */
  round: u8,
  panel: vec(seat, PANELS[1]),
  former: vec(seat, PANELS[0]),
  upheld: option(bool),
})
export type Dispute = Infer<typeof dispute>

export const jurorInfo = struct(name('Juror'), { bond: u128, serving: u32 })
/** What waits for its block. */
export const timer = variant(name('Timer'), { Work: kase(0, u32), Dispute: kase(1, u32) })
export type Timer = Infer<typeof timer>
export const dayCount = struct(name('DayCount'), { day: u32, claims: u32 })
