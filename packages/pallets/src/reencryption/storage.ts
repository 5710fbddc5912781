import { blake2, map, twox, value } from '@cess/frame'
import { accountId32, cessHash } from '@cess/primitives'
import { bool, boundedBytes, fixedBytes, u32, u128, unit, vec } from '@cess/scale'
import type { EmitOf, ErrorsOf, StorageOf } from '../parts.ts'
import {
  commitment,
  grantInfo,
  MAX_FILES,
  MAX_SEALED,
  openAudit,
  placeState,
  proxyInfo,
} from './types.ts'

export const reencryptionStorage = {
  Proxies: map([blake2(accountId32)], proxyInfo, { docs: 'Who re-encrypts for others.' }),
  ProxyAt: map([twox(u32)], accountId32, { docs: 'Proxies that can be drawn, by position.' }),
  PositionOf: map([blake2(accountId32)], u32),
  ProxyCount: value(u32, { default: 0 }),
  NextGrant: value(u32, { default: 0 }),
  Grants: map([twox(u32)], grantInfo, { docs: 'Who has which files shared with whom.' }),
  GrantsOf: map([blake2(accountId32), twox(u32)], unit, { docs: 'Grants of an owner.' }),
  SharedWith: map([blake2(fixedBytes(32)), twox(u32)], unit, { docs: 'Grants to a key.' }),
  PlacesOf: map([blake2(accountId32), twox(u32)], unit, { docs: 'Grants of a proxy.' }),
  Commitments: map([twox(u32), blake2(accountId32)], vec(commitment, MAX_FILES), {
    docs: 'Grant and proxy → what its shares are proven against, for each file.',
  }),
  Sealed: map([twox(u32), blake2(accountId32)], boundedBytes(MAX_SEALED), {
    docs: 'Key fragments on their way to a proxy: until it has acknowledged them.',
  }),
  FileEpoch: map([blake2(accountId32), blake2(cessHash)], u32, {
    default: 0,
    docs: 'How often an owner has re-keyed a file: grants of earlier epochs do not hold any more.',
  }),
  ActiveAt: map([twox(u32)], u32, { docs: 'Active grants by position, for audits.' }),
  ActivePosition: map([twox(u32)], u32),
  ActiveCount: value(u32, { default: 0 }),
  OpenAudit: value(openAudit, { docs: 'The grant whose proxies have to show that they work.' }),
  LastAudit: value(u32, { default: 0, docs: 'The block in which the last audit was begun.' }),
  Answered: map([blake2(accountId32)], unit, { docs: 'Proxies that did.' }),
  Agenda: map([twox(u32), twox(u32)], bool, { docs: 'Block and grant: its end, or its removal.' }),
  Brought: value(u32, { default: 0, docs: 'The block up to which the agenda was brought.' }),
  AgendaCount: map([twox(u32)], u32, { default: 0 }),
}

export const reencryptionEvents = {
  ProxyRegistered: { proxy: accountId32, operator: accountId32 },
  ProxyPaused: { proxy: accountId32 },
  ProxyResumed: { proxy: accountId32 },
  ProxyWithdrawn: { proxy: accountId32 },
  ProxySlashed: { proxy: accountId32, amount: u128, reporter: accountId32 },
  GrantRequested: { grant: u32, owner: accountId32, grantee: fixedBytes(32) },
  ProxyDrawn: { grant: u32, proxy: accountId32 },
  GrantCommitted: { grant: u32 },
  Acknowledged: { grant: u32, proxy: accountId32 },
  GrantActive: { grant: u32 },
  PlaceChanged: { grant: u32, proxy: accountId32, state: placeState },
  GrantRevoked: { grant: u32 },
  GrantEnded: { grant: u32 },
  FileRotated: { owner: accountId32, file: cessHash, epoch: u32 },
  Paid: { grant: u32, proxy: accountId32, amount: u128 },
  AuditBegun: { grant: u32, seed: fixedBytes(32), deadline: u32 },
  AuditAnswered: { grant: u32, proxy: accountId32 },
  AuditMissed: { grant: u32, proxy: accountId32 },
}

export const reencryptionErrors = {
  NotEligible: 'Only miners in service and registered gateways can be proxies.',
  AlreadyProxy: 'This account is a proxy already.',
  NotProxy: 'This account is not a proxy.',
  BondTooLow: 'The bond is less than a proxy has to put up.',
  HasPlaces: 'The proxy still has grants to serve. Pause it and wait until they end.',
  NotPaused: 'The proxy is not paused.',
  BondLocked: 'The bond stays until what the proxy did last cannot be shown any more.',
  BadKey: 'A key is no point that may be used.',
  NotOwner: 'The sender does not own this file, or this grant.',
  BadThreshold: 'The threshold must be from 1 to the number of proxies, and these at most 16.',
  BadTime: 'The grant must end after a few blocks and within a year.',
  NoFiles: 'A grant has 1 to 16 different files.',
  FeeTooLow: 'The fee is less than the proxies get at least.',
  TooFewProxies: 'There are not enough proxies of different operators.',
  NoGrant: 'There is no such grant.',
  WrongState: 'The grant or the place is not in the state for this.',
  WrongParts: 'The fragments do not fit the files and the proxies that were drawn.',
  NothingToRedraw: 'No proxy is late.',
  AgendaFull: 'Too many grants end around then. Choose another time.',
  Sold: 'Somebody has bought this grant with a licence. It holds until its end.',
  NoFraud: 'The share is what it should be, or the report does not fit the grant.',
  NoAudit: 'There is no audit that the sender has to answer.',
  WrongShare: 'The share does not verify.',
}

export interface ReencryptionBase {
  readonly storage: StorageOf<typeof reencryptionStorage>
  readonly emit: EmitOf<typeof reencryptionEvents>
  readonly errors: ErrorsOf<typeof reencryptionErrors>
  now(): number
}
