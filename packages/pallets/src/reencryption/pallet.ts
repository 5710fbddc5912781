import { type AccountId, type FileId, fromHex } from '@cess/bytes'
import {
  constant,
  definePallet,
  ensureSigned,
  type Provides,
  type SystemApi,
  type Verifier,
  type Weight,
  weigh,
} from '@cess/frame'
import { accountId32, cessHash } from '@cess/primitives'
import { capsule, share } from '@cess/reencryption'
import { fixedBytes, option, u8, u32, u128, vec } from '@cess/scale'
import type { BabeApi } from '../babe.ts'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import { MAX_LOOKED } from '../file-bank/draw.ts'
import type { FileBankApi } from '../file-bank/pallet.ts'
import { auditsOf } from './audits.ts'
import { fraudOf } from './fraud.ts'
import { grantsOf } from './grants.ts'
import { proxiesOf } from './proxies.ts'
import { reencryptionErrors, reencryptionEvents, reencryptionStorage } from './storage.ts'
import { fileKeys, MAX_FILES, MAX_PROXIES, proxyPart } from './types.ts'

/** Microseconds of checking one point, of one re-encrypted share, and of a signature. */
const POINT_MICROS = 15
const SHARE_MICROS = 600
const SIGNATURE_MICROS = 300
/** Reads, and writes, of taking all places of a grant away: ten for each proxy. */
const ENDING = 10 * MAX_PROXIES
/** Accounts that get what they were paid for a licence, once a grant that was bought begins. */
const ACTIVATION = 80
const END = weigh(400, 3 + ENDING, 2 + ENDING)

const times = (each: Weight, count: number, rest: Weight): Weight => ({
  refTime: each.refTime * BigInt(count) + rest.refTime,
  proofSize: each.proofSize * BigInt(count) + rest.proofSize,
})

/** Files shared through proxies: who may read what, who re-encrypts for it, and what happens to those who cheat. */
export const reencryption = (config: {
  readonly system: Provides<SystemApi>
  readonly babe: Provides<BabeApi>
  readonly balances: Provides<BalancesApi>
  readonly treasury: Provides<CessTreasuryApi>
  readonly fileBank: Provides<FileBankApi>
  readonly verifier: Verifier
  /** Whose machine a miner or gateway is; undefined for anybody else. */
  readonly operatorOf: (account: AccountId) => AccountId | undefined
  /** What a proxy puts up, in balance units. */
  readonly bond: bigint
  /** Least that a proxy gets for a block. */
  readonly minRate: bigint
  /** Blocks in which owner and proxies have to be ready, in which late shares can be shown, and most of a grant. */
  readonly readyBlocks: number
  readonly keptBlocks: number
  readonly longest: number
  /** Blocks between two audits, and to answer one. */
  readonly auditBlocks: number
  readonly answerBlocks: number
  /** Whether somebody has paid for a grant, and who is told when it begins. */
  readonly isSold: (grant: number) => boolean
  readonly activated: (grant: number) => void
}) =>
  definePallet({
    name: 'Reencryption',
    index: 113,
    crate: 'pallet_reencryption',
    constants: {
      Bond: constant(u128, config.bond, 'What a proxy puts up.'),
      MinRate: constant(u128, config.minRate, 'Least that a proxy gets for a block.'),
      MaxProxies: constant(u32, MAX_PROXIES, 'Proxies of a grant.'),
      MaxFiles: constant(u32, MAX_FILES, 'Files of a grant.'),
      ReadyBlocks: constant(u32, config.readyBlocks, 'Blocks until owner and proxies are late.'),
      LongestGrant: constant(u32, config.longest, 'Most blocks of a grant.'),
    },
    storage: reencryptionStorage,
    events: reencryptionEvents,
    errors: reencryptionErrors,
    api({ storage, emit, errors, use }) {
      const { readyBlocks, keptBlocks, longest, minRate, auditBlocks, answerBlocks } = config
      const base = { storage, emit, errors, now: () => use(config.system).number() }
      const balances = () => use(config.balances)
      const random = (subject: Uint8Array) => use(config.babe).random(subject)
      const proxies = proxiesOf({
        ...base,
        balances,
        treasury: () => use(config.treasury),
        operatorOf: config.operatorOf,
        bond: config.bond,
        keptBlocks,
      })
      const grants = grantsOf(
        {
          ...base,
          balances,
          random,
          owns: (user: AccountId, file: FileId) => use(config.fileBank).owns(user, file),
          genesis: () => fromHex(use(config.system).blockHash(0)),
          ...{ readyBlocks, keptBlocks, longest, minRate },
          ...{ isSold: config.isSold, activated: config.activated },
        },
        proxies,
      )
      return {
        proxies,
        grants,
        audits: auditsOf({ ...base, random, auditBlocks, answerBlocks }, proxies, grants),
        fraud: fraudOf({ ...base, verifier: config.verifier }, proxies, grants),
      }
    },
    hooks: {
      onIdle({ api }, block, left) {
        const room = Number(left.refTime / END.refTime)
        // One more for an audit's end, which may take as many places away as a grant's.
        if (room < 1) return weigh(0)
        const ended = api.audits.step(block) ? 1 : 0
        const { things: ends, blocks } = api.grants.bring(room - ended)
        return times(END, ends + ended, weigh(30, 5 + blocks, 4 + blocks))
      },
    },
    calls: {
      register_proxy: {
        index: 0,
        docs: 'Makes the sender, a miner or a gateway, a proxy; reserves its bond.',
        args: { sealKey: fixedBytes(32) },
        weight: weigh(100, 6, 6),
        run({ api }, origin, { sealKey }) {
          api.proxies.register(ensureSigned(origin), sealKey)
          return undefined
        },
      },
      pause_proxy: {
        index: 1,
        docs: 'Takes the sender out of the draws. What it serves it goes on to serve.',
        args: {},
        weight: weigh(20, 4, 5),
        run({ api }, origin) {
          const who = ensureSigned(origin)
          api.proxies.info(who)
          api.proxies.pause(who)
          return undefined
        },
      },
      withdraw_proxy: {
        index: 2,
        docs: 'Gives the bond back to a paused proxy, some time after its last grant.',
        args: {},
        weight: weigh(30, 3, 3),
        run({ api }, origin) {
          api.proxies.withdraw(ensureSigned(origin))
          return undefined
        },
      },
      request_grant: {
        index: 3,
        docs: 'Asks for proxies to share files of the sender with a key. The fee is reserved for them.',
        args: {
          files: vec(cessHash, MAX_FILES),
          grantee: fixedBytes(32),
          threshold: u8,
          proxies: u8,
          expiry: u32,
          uses: option(u32),
          fee: u128,
        },
        weight: weigh(2_000, 30 + 5 * MAX_LOOKED, 10 + 3 * MAX_PROXIES),
        run({ api }, origin, args) {
          api.grants.request(ensureSigned(origin), args)
          return undefined
        },
      },
      commit_grant: {
        index: 4,
        docs: 'Brings the keys of the files, and the sealed key fragments for proxies that were drawn.',
        args: {
          grant: u32,
          keys: vec(fileKeys, MAX_FILES),
          parts: vec(proxyPart, MAX_PROXIES),
        },
        weight: ({ keys, parts }) =>
          weigh(100 + POINT_MICROS * keys.length * (2 + parts.length), 4, 3 + 2 * parts.length),
        run({ api }, origin, { grant, keys, parts }) {
          api.grants.commit(ensureSigned(origin), grant, keys, parts)
          return undefined
        },
      },
      acknowledge: {
        index: 5,
        docs: 'The sender has its key fragments and serves the grant from now on.',
        args: { grant: u32 },
        weight: weigh(50 + 2 * ACTIVATION, 7 + ACTIVATION, 8 + ACTIVATION),
        run({ api }, origin, { grant }) {
          api.grants.acknowledge(ensureSigned(origin), grant)
          return undefined
        },
      },
      redraw: {
        index: 6,
        docs: 'Draws others for proxies that are late or gone.',
        args: { grant: u32 },
        weight: weigh(2_000, 30 + 5 * MAX_LOOKED + ENDING, 10 + 3 * MAX_PROXIES + ENDING),
        run({ api }, origin, { grant }) {
          api.grants.redraw(ensureSigned(origin), grant)
          return undefined
        },
      },
      revoke: {
        index: 7,
        docs: 'Ends a grant: no share of it is made from this block on. What is left of the fee goes back.',
        args: { grant: u32 },
        weight: weigh(400, 8 + ENDING, 8 + ENDING),
        run({ api }, origin, { grant }) {
          api.grants.revoke(ensureSigned(origin), grant)
          return undefined
        },
      },
      rotate: {
        index: 8,
        docs: 'Begins a new epoch of a file: no grant of an earlier one holds any more.',
        args: { file: cessHash },
        weight: weigh(30, 2, 1),
        run({ api }, origin, { file }) {
          api.grants.rotate(ensureSigned(origin), file)
          return undefined
        },
      },
      claim: {
        index: 9,
        docs: 'Pays the sender, a proxy, what it has earned of a grant so far.',
        args: { grant: u32 },
        weight: weigh(50, 4, 4),
        run({ api }, origin, { grant }) {
          api.grants.claim(ensureSigned(origin), grant)
          return undefined
        },
      },
      report_share: {
        index: 10,
        docs: 'Shows a share that a proxy signed and that is wrong, or made after the end of its grant.',
        args: {
          grant: u32,
          proxy: accountId32,
          file: u8,
          capsule,
          share,
          block: u32,
          signature: fixedBytes(64),
        },
        weight: weigh(2 * SHARE_MICROS + SIGNATURE_MICROS, 24, 24),
        run({ api }, origin, report) {
          api.fraud.report(ensureSigned(origin), report)
          return { paysFee: 'No' }
        },
      },
      answer_audit: {
        index: 11,
        docs: 'Answers the open audit: the re-encryption of the capsule that its seed gives.',
        args: { share },
        weight: weigh(2 * SHARE_MICROS, 8, 3),
        class: 'Operational',
        run({ api }, origin, args) {
          api.audits.answer(ensureSigned(origin), args.share)
          return { paysFee: 'No' }
        },
      },
      resume_proxy: {
        index: 13,
        docs: 'Puts the sender, a paused proxy, into the draws again.',
        args: {},
        weight: weigh(30, 8, 5),
        run({ api }, origin) {
          api.proxies.resume(ensureSigned(origin))
          return undefined
        },
      },
      set_seal_key: {
        index: 12,
        docs: 'Changes the key that fragments are sealed to.',
        args: { sealKey: fixedBytes(32) },
        weight: weigh(50, 1, 1),
        run({ api }, origin, { sealKey }) {
          api.proxies.changeKey(ensureSigned(origin), sealKey)
          return undefined
        },
      },
    },
  })
export type ReencryptionApi = NonNullable<ReturnType<typeof reencryption>['provided']>
