import { accountId32, cessHash } from '@cess/primitives'
import {
  boundedBytes,
  enumeration,
  fixedBytes,
  type Infer,
  option,
  struct,
  u8,
  u32,
  u128,
  vec,
} from '@cess/scale'

/** Proxies of a grant. */
export const MAX_PROXIES = 16
/** Files of a grant: a folder with more takes several. */
export const MAX_FILES = 16
/** Longest sealed key fragments for one proxy: 160 bytes a file, and what sealing adds. */
export const MAX_SEALED = MAX_FILES * 160 + 128

/** Who re-encrypts for others. */
export const proxyInfo = struct('pallet_reencryption::types::ProxyInfo', {
  /** Whose machine it is: no grant has two proxies of one operator. */
  operator: accountId32,
  /** Public key (a point) that key fragments are sealed to. */
  sealKey: fixedBytes(32),
  bond: u128,
  /** Audits missed in a row. */
  missed: u32,
  /** The block from which the bond may be withdrawn: until then what it did in its last grant can be shown. */
  locked: u32,
  /** Grants that it has a place in. */
  places: u32,
})
export type ProxyInfo = Infer<typeof proxyInfo>

/** Drawn: waits for the owner's fragments. Committed: waits for the proxy. Serving: works. Gone: replaced or removed. */
export const placeState = enumeration('pallet_reencryption::types::PlaceState', [
  'Drawn',
  'Committed',
  'Serving',
  'Gone',
])
const place = struct('pallet_reencryption::types::Place', {
  proxy: accountId32,
  state: placeState,
  /** The block up to which it was paid. */
  paid: u32,
})
export type Place = Infer<typeof place>

/** Pending until enough proxies serve. Revoked and Ended ones are kept for a while: shares of them are fraud. */
export const grantStatus = enumeration('pallet_reencryption::types::GrantStatus', [
  'Pending',
  'Active',
  'Revoked',
  'Ended',
])
/** A file of a grant, and the keys that the owner has made for it. */
const sharedFile = struct('pallet_reencryption::types::SharedFile', {
  file: cessHash,
  epoch: u32,
  /** Delegating public key of the file; zeros until the owner has committed. */
  delegator: fixedBytes(32),
  precursor: fixedBytes(32),
})
export type SharedFile = Infer<typeof sharedFile>

export const grantInfo = struct('pallet_reencryption::types::GrantInfo', {
  owner: accountId32,
  /** Public key of whom the files are shared with; an sr25519 account is one. */
  grantee: fixedBytes(32),
  files: vec(sharedFile, MAX_FILES),
  threshold: u8,
  /** How many proxies it should have. */
  proxies: u8,
  places: vec(place, 2 * MAX_PROXIES),
  status: grantStatus,
  /** Until when the proxies that were drawn last have to be ready. */
  deadline: u32,
  /** The first block in which it does not hold any more. */
  expiry: u32,
  /** The block whose hooks bring its end, or forget it. */
  due: u32,
  /** The block in which it was revoked, or found at its end. */
  over: option(u32),
  /** How often each proxy answers; any number unless told. */
  uses: option(u32),
  /** What a proxy gets for a block. */
  rate: u128,
  /** What is left of the owner's reserve. */
  escrow: u128,
})
export type GrantInfo = Infer<typeof grantInfo>

/** The public part of a key fragment. */
export const commitment = struct('pallet_reencryption::types::Commitment', {
  id: fixedBytes(32),
  commitment: fixedBytes(32),
})
/** What the owner makes for one proxy: a fragment for each file, in order. */
export const proxyPart = struct('pallet_reencryption::types::ProxyPart', {
  proxy: accountId32,
  commitments: vec(commitment, MAX_FILES),
  sealed: boundedBytes(MAX_SEALED),
})
export type ProxyPart = Infer<typeof proxyPart>
export const fileKeys = struct('pallet_reencryption::types::FileKeys', {
  delegator: fixedBytes(32),
  precursor: fixedBytes(32),
})
export const openAudit = struct('pallet_reencryption::types::OpenAudit', {
  grant: u32,
  seed: fixedBytes(32),
  deadline: u32,
})
