import { type AccountId, type FileId, fromHex } from '@cess/bytes'
import {
  constant,
  definePallet,
  ensureSigned,
  type Provides,
  type SystemApi,
  weigh,
} from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { bool, fixedBytes, option, u16, u32, u128 } from '@cess/scale'
import { bring } from '../agenda.ts'
import type { BabeApi } from '../babe.ts'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import { MAX_LOOKED } from '../file-bank/draw.ts'
import type { FileBankApi } from '../file-bank/pallet.ts'
import type { ReencryptionApi } from '../reencryption/pallet.ts'
import { MAX_PROXIES } from '../reencryption/types.ts'
import { claimsOf, PER_BLOCK } from './claims.ts'
import { disputesOf } from './disputes.ts'
import { juryOf } from './jury.ts'
import { licencesOf } from './licences.ts'
import { ownershipOf } from './ownership.ts'
import { mdrcErrors, mdrcEvents, mdrcStorage } from './storage.ts'
import {
  type Action,
  action,
  claim,
  codes,
  evidenceKind,
  MAX_OWNERS,
  MAX_PARENTS,
  MAX_PAYOUTS,
  PANELS,
} from './types.ts'

/** Reads and writes of seating a panel, and of settling a dispute: balances of parties and jurors. */
const SEATING = MAX_LOOKED + 3 * PANELS[1]
const SETTLING = 4 * (PANELS[0] + PANELS[1]) + 20
/** One thing that is due. */
const DUE = weigh(400, SEATING + SETTLING, SETTLING)

/** Who made what, first: claims of works by their fingerprints, their owners, licences and disputes. */
export const mdrc = (config: {
  readonly system: Provides<SystemApi>
  readonly babe: Provides<BabeApi>
  readonly balances: Provides<BalancesApi>
  readonly treasury: Provides<CessTreasuryApi>
  readonly fileBank: Provides<FileBankApi>
  readonly reencryption: Provides<ReencryptionApi>
  /** What a commitment, a claim, a dispute and a juror put up, in balance units. */
  readonly commitDeposit: bigint
  readonly claimDeposit: bigint
  readonly challengeBond: bigint
  readonly jurorBond: bigint
  /** Blocks in which a claim may be challenged, of every stage of a dispute, and to give access that was paid for. */
  readonly windowBlocks: number
  readonly stageBlocks: number
  readonly accessBlocks: number
  readonly blocksPerDay: number
  readonly longestGrant: number
}) =>
  definePallet({
    name: 'Mdrc',
    index: 112,
    crate: 'pallet_mdrc',
    constants: {
      CommitDeposit: constant(u128, config.commitDeposit, 'Put up for a commitment.'),
      ClaimDeposit: constant(u128, config.claimDeposit, 'Put up for a claim, until confirmed.'),
      ChallengeBond: constant(u128, config.challengeBond, 'Put up by each side of a dispute.'),
      JurorBond: constant(u128, config.jurorBond, 'Put up by a juror.'),
      WindowBlocks: constant(u32, config.windowBlocks, 'Blocks to challenge a claim in.'),
      StageBlocks: constant(u32, config.stageBlocks, 'Blocks of every stage of a dispute.'),
      AccessBlocks: constant(u32, config.accessBlocks, 'Blocks to give access that was paid for.'),
    },
    storage: mdrcStorage,
    events: mdrcEvents,
    errors: mdrcErrors,
    api({ storage, emit, errors, use }) {
      const base = { storage, emit, errors, now: () => use(config.system).number() }
      const balances = () => use(config.balances)
      const treasury = () => use(config.treasury)
      const genesis = () => fromHex(use(config.system).blockHash(0))
      const claims = claimsOf({
        ...{ ...base, balances, treasury, genesis },
        ownsFile: (user: AccountId, file: FileId) => use(config.fileBank).owns(user, file),
        commitDeposit: config.commitDeposit,
        claimDeposit: config.claimDeposit,
        windowBlocks: config.windowBlocks,
        blocksPerDay: config.blocksPerDay,
      })
      const licences = licencesOf(
        {
          ...{ ...base, balances },
          grants: () => use(config.reencryption).grants,
          accessBlocks: config.accessBlocks,
          longestGrant: config.longestGrant,
        },
        claims,
      )
      const carryOut = (id: number, { type, value }: Action, by: AccountId): void => {
        const work = claims.get(id)
        if (type === 'OfferLicence') licences.offer(id, value)
        else if (type === 'WithdrawLicence') licences.withdraw(id, value)
        else if (type === 'Revoke') claims.revoke(id)
        else if (type === 'SetFile') {
          if (!claims.ownsFile(by, value)) throw errors.NotOwner()
          claims.put(id, { ...work, file: value })
          emit.FileSet({ work: id })
        } else {
          if (value < 1 || value > work.owners.length) throw errors.BadClaim()
          claims.put(id, { ...work, consent: value })
          emit.ConsentSet({ work: id, consent: value })
        }
      }
      const jury = juryOf({
        ...{ ...base, balances, treasury, genesis },
        random: (subject: Uint8Array) => use(config.babe).random(subject),
        jurorBond: config.jurorBond,
      })
      const { challengeBond, stageBlocks } = config
      return {
        claims,
        licences,
        jury,
        ownership: ownershipOf({ ...base, balances, carryOut }, claims),
        disputes: disputesOf(
          { ...base, balances, treasury, challengeBond, stageBlocks },
          claims,
          jury,
        ),
      }
    },
    hooks: {
      onIdle({ api, storage }, now, left) {
        const limit = Number(left.refTime / DUE.refTime)
        if (limit < 1) return weigh(0)
        const at = { now, limit, perBlock: PER_BLOCK }
        const { things, blocks } = bring(api.claims.agenda, storage.Brought, at, (timer) =>
          timer.type === 'Work' ? api.claims.confirm(timer.value) : api.disputes.step(timer.value),
        )
        const looks = weigh(20, 2 + blocks, 1 + blocks)
        return {
          refTime: looks.refTime + DUE.refTime * BigInt(things),
          proofSize: looks.proofSize + DUE.proofSize * BigInt(things),
        }
      },
    },
    calls: {
      commit: {
        index: 0,
        docs: 'Commits to a claim before anybody sees it. The block of this counts.',
        args: { commitment: fixedBytes(32) },
        weight: weigh(30, 2, 2),
        run({ api }, origin, { commitment }) {
          api.claims.commit(ensureSigned(origin), commitment)
          return undefined
        },
      },
      withdraw_commitment: {
        index: 1,
        docs: 'Takes a commitment back that is not going to be claimed.',
        args: { commitment: fixedBytes(32) },
        weight: weigh(30, 2, 2),
        run({ api }, origin, { commitment }) {
          api.claims.withdraw(ensureSigned(origin), commitment)
          return undefined
        },
      },
      claim: {
        index: 2,
        docs: 'Claims a work that was committed to in an earlier block.',
        args: { claim, salt: fixedBytes(32) },
        weight: weigh(200, 26 + 3 * MAX_PARENTS + MAX_OWNERS, 12 + MAX_OWNERS + MAX_PARENTS),
        run({ api }, origin, args) {
          api.claims.claim(ensureSigned(origin), args.claim, args.salt)
          return undefined
        },
      },
      open_codes: {
        index: 3,
        docs: 'Shows the codes of a sealed work. It may be challenged from now on.',
        args: { work: u32, codes, salt: fixedBytes(32) },
        weight: weigh(100, 24, 8),
        run({ api }, origin, args) {
          api.claims.open(ensureSigned(origin), args.work, args.codes, args.salt)
          return undefined
        },
      },
      challenge: {
        index: 4,
        docs: 'Shows that the codes of an earlier work are near those of this one.',
        args: { work: u32, prior: u32 },
        weight: weigh(100, 24, 8),
        run({ api }, origin, { work, prior }) {
          api.disputes.challenge(ensureSigned(origin), work, prior)
          return undefined
        },
      },
      dispute: {
        index: 5,
        docs: 'Contests a work with evidence that jurors look at.',
        args: { work: u32, kind: evidenceKind, evidence: fixedBytes(32) },
        weight: weigh(100, 24, 8),
        run({ api }, origin, { work, kind, evidence }) {
          const reason = { type: 'Evidence', value: { kind, hash: evidence } } as const
          api.disputes.dispute(ensureSigned(origin), work, reason)
          return undefined
        },
      },
      respond: {
        index: 6,
        docs: 'An owner does not accept a dispute: a panel of jurors decides.',
        args: { dispute: u32 },
        weight: weigh(2_000, 26 + SEATING, 10 + PANELS[1]),
        run({ api }, origin, { dispute }) {
          api.disputes.respond(ensureSigned(origin), dispute)
          return undefined
        },
      },
      vote: {
        index: 7,
        docs: 'A juror commits to a vote.',
        args: { dispute: u32, vote: fixedBytes(32) },
        weight: weigh(30, 1, 1),
        run({ api }, origin, { dispute, vote }) {
          api.disputes.vote(ensureSigned(origin), dispute, vote)
          return undefined
        },
      },
      reveal_vote: {
        index: 8,
        docs: 'A juror shows the vote.',
        args: { dispute: u32, upheld: bool, salt: fixedBytes(32) },
        weight: weigh(50, 2, 1),
        run({ api }, origin, { dispute, upheld, salt }) {
          api.disputes.reveal(ensureSigned(origin), dispute, salt, upheld)
          return undefined
        },
      },
      appeal: {
        index: 9,
        docs: 'Who lost asks for a larger panel.',
        args: { dispute: u32 },
        weight: weigh(2_000, 26 + SEATING, 10 + PANELS[1]),
        run({ api }, origin, { dispute }) {
          api.disputes.appeal(ensureSigned(origin), dispute)
          return undefined
        },
      },
      register_juror: {
        index: 10,
        docs: 'Makes the sender a juror; reserves the bond.',
        args: {},
        weight: weigh(50, 4, 5),
        run({ api }, origin) {
          api.jury.register(ensureSigned(origin))
          return undefined
        },
      },
      leave_jury: {
        index: 11,
        docs: 'Gives the bond back to a juror who has no panel to serve on.',
        args: {},
        weight: weigh(50, 5, 6),
        run({ api }, origin) {
          api.jury.leave(ensureSigned(origin))
          return undefined
        },
      },
      offer_share: {
        index: 12,
        docs: 'Offers a share to somebody, for a price or none.',
        args: { work: u32, to: accountId32, bps: u16, price: u128 },
        weight: weigh(40, 3, 2),
        run({ api }, origin, { work, to, bps, price }) {
          api.ownership.offer(ensureSigned(origin), work, to, bps, price)
          return undefined
        },
      },
      withdraw_offer: {
        index: 13,
        docs: 'Takes an offer back, or declines it.',
        args: { offer: u32 },
        weight: weigh(30, 1, 1),
        run({ api }, origin, { offer }) {
          api.ownership.withdraw(ensureSigned(origin), offer)
          return undefined
        },
      },
      accept_offer: {
        index: 14,
        docs: 'Takes an offered share and pays its price.',
        args: { offer: u32, maxPrice: u128 },
        weight: weigh(150, 8, 9),
        run({ api }, origin, { offer, maxPrice }) {
          api.ownership.accept(ensureSigned(origin), offer, maxPrice)
          return undefined
        },
      },
      propose: {
        index: 15,
        docs: 'Proposes what owners decide together; done at once where one is enough.',
        args: { work: u32, action },
        weight: weigh(150, 12 + MAX_OWNERS, 8),
        run({ api }, origin, args) {
          api.ownership.propose(ensureSigned(origin), args.work, args.action)
          return undefined
        },
      },
      approve: {
        index: 16,
        docs: 'Agrees to a proposal; it is done when enough owners have.',
        args: { work: u32, proposal: u32 },
        weight: weigh(150, 12 + MAX_OWNERS, 8),
        run({ api }, origin, { work, proposal }) {
          api.ownership.approve(ensureSigned(origin), work, proposal)
          return undefined
        },
      },
      reject: {
        index: 17,
        docs: 'Takes a proposal off the list.',
        args: { work: u32, proposal: u32 },
        weight: weigh(40, 3, 2),
        run({ api }, origin, { work, proposal }) {
          api.ownership.reject(ensureSigned(origin), work, proposal)
          return undefined
        },
      },
      buy_licence: {
        index: 18,
        docs: 'Buys a licence: pays owners and parents, and asks for the proxies that give access.',
        args: {
          work: u32,
          licence: u32,
          reader: option(fixedBytes(32)),
          maxFee: u128,
          proxyFee: u128,
        },
        weight: weigh(
          2_500 + 10 * MAX_PAYOUTS,
          50 + 5 * MAX_LOOKED + MAX_PAYOUTS + MAX_OWNERS,
          20 + 3 * MAX_PROXIES + 2 * MAX_PAYOUTS,
        ),
        run({ api }, origin, args) {
          api.licences.buy(ensureSigned(origin), args)
          return undefined
        },
      },
      refund: {
        index: 19,
        docs: 'Asks the money back for access that was not given in time.',
        args: { agreement: u32 },
        weight: weigh(
          500 + 10 * MAX_PAYOUTS,
          20 + 10 * MAX_PROXIES + 2 * MAX_PAYOUTS,
          20 + 10 * MAX_PROXIES + 2 * MAX_PAYOUTS,
        ),
        run({ api }, origin, { agreement }) {
          api.licences.refund(ensureSigned(origin), agreement)
          return undefined
        },
      },
      renew_access: {
        index: 20,
        docs: 'Asks for access again after the grant of a licence that still holds has ended.',
        args: { agreement: u32, reader: fixedBytes(32), proxyFee: u128 },
        weight: weigh(2_100, 50 + 5 * MAX_LOOKED + MAX_OWNERS, 16 + 3 * MAX_PROXIES),
        run({ api }, origin, { agreement, reader, proxyFee }) {
          api.licences.renew(ensureSigned(origin), agreement, { reader, proxyFee })
          return undefined
        },
      },
    },
  })
export type MdrcApi = NonNullable<ReturnType<typeof mdrc>['provided']>
