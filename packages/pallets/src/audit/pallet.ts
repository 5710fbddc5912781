import { type AccountId, concat, fromHex, utf8 } from '@cess/bytes'
import {
  blake2,
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  map,
  type Provides,
  type SystemApi,
  twox,
  value,
  weigh,
} from '@cess/frame'
import { possessionContext, type ServiceProof, serviceProof, verifyPossession } from '@cess/podr2'
import { accountId32 } from '@cess/primitives'
import type { Infer } from '@cess/scale'
import { bool, boundedBytes, decode, fixedBytes, u8, u32, u128 } from '@cess/scale'
import type { BabeApi } from '../babe.ts'
import { numbers } from '../file-bank/draw.ts'
import type { FileBankApi } from '../file-bank/pallet.ts'
import type { SminerApi } from '../sminer/pallet.ts'
import { drawChallenge } from './challenge.ts'
import {
  type auditResult,
  challengeInfo,
  lastAudit,
  MAX_PROOF,
  OPENINGS,
  ROWS,
  round,
  taggerInfo,
} from './types.ts'
import { answers } from './verify.ts'

/** Percent of the required collateral that a miss costs, by how many came before in a row. */
const MISS_PERCENT = [2n, 5n, 15n] as const
/** Misses in a row after which a miner is out of service. */
const MISS_LIMIT = 5
const FALSE_PROOF_PERCENT = 10n
/** Challenges that one block may issue; with more miners a round takes longer. */
const MAX_PER_BLOCK = 20

/** Challenges and proofs: every miner shows in every round that it still has the data (pallet Audit). */
export const audit = (config: {
  readonly system: Provides<SystemApi>
  readonly babe: Provides<BabeApi>
  readonly sminer: Provides<SminerApi>
  readonly fileBank: Provides<FileBankApi>
  /** Blocks of a round, in which every miner is challenged once. */
  readonly roundBlocks: number
  /** Blocks to answer a challenge. */
  readonly answerBlocks: number
}) =>
  definePallet({
    name: 'Audit',
    index: 106,
    crate: 'pallet_audit',
    constants: {
      RoundBlocks: constant(u32, config.roundBlocks, 'Blocks in which every miner is challenged.'),
      AnswerBlocks: constant(u32, config.answerBlocks, 'Blocks to answer a challenge.'),
      RowCount: constant(u32, ROWS, 'Rows of the compact leg.'),
      OpeningCount: constant(u32, OPENINGS, 'Chunks of the transparent leg.'),
    },
    storage: {
      Taggers: map([twox(u32)], taggerInfo, { docs: 'Keys of taggers by number.' }),
      TaggerCount: value(u32, { default: 0 }),
      TaggerOf: map([blake2(accountId32)], u32, { docs: 'The latest key of an account.' }),
      ChallengeSnapShot: map([blake2(accountId32)], challengeInfo, {
        docs: 'Open challenges.',
      }),
      ChallengeSlip: map([twox(u32), blake2(accountId32)], bool, {
        docs: 'Challenges that end with a block.',
      }),
      Round: value(round),
      CountedClear: map([blake2(accountId32)], u8, {
        default: 0,
        docs: 'Challenges in a row that a miner has not answered.',
      }),
      CountedServiceFailed: map([blake2(accountId32)], u32, {
        default: 0,
        docs: 'False proofs of a miner in a row.',
      }),
      LastAudit: map([blake2(accountId32)], lastAudit, { docs: 'How the last audit ended.' }),
    },
    events: {
      GenerateChallenge: { miner: accountId32 },
      SubmitServiceProof: { miner: accountId32 },
      VerifyProof: { miner: accountId32, result: bool, bytes: u128 },
      ChallengeMissed: { miner: accountId32, times: u8 },
      TaggerRegistered: { tagger: u32, owner: accountId32 },
    },
    errors: {
      NoChallenge: 'This miner has no open challenge.',
      MalformedProof: 'The proof does not decode.',
      MalformedKey: 'The tagger key or its proof of possession is not valid.',
    },
    api({ storage, emit, use }) {
      const now = (): number => use(config.system).number()
      const finish = (miner: AccountId, result: Infer<typeof auditResult>): void => {
        const open = storage.ChallengeSnapShot.take(miner)!
        storage.ChallengeSlip.remove(open.deadline, miner)
        storage.LastAudit.put(miner, {
          block: now(),
          result,
          bytes: open.bytes,
          rows: open.rows.length,
          openings: open.openings.length,
        })
      }
      const challenge = (miner: AccountId): boolean => {
        const columns = use(config.fileBank).columns
        const bytes = columns.bytesOf(miner)
        if (bytes === 0n || storage.ChallengeSnapShot.has(miner)) return false
        const seed = use(config.babe).random(concat(utf8('audit'), fromHex(miner)))
        const drawn = drawChallenge(seed, bytes, (offset) => columns.sample(miner, offset))
        const deadline = now() + config.answerBlocks
        storage.ChallengeSnapShot.put(miner, { start: now(), deadline, seed, bytes, ...drawn })
        storage.ChallengeSlip.put(deadline, miner, true)
        emit.GenerateChallenge({ miner })
        return true
      }
      return {
        challenge,
        finish,
        taggerOwner: (tagger: number): AccountId | undefined => storage.Taggers.get(tagger)?.owner,
        /** Challenges the next miners of the round, in an order that is drawn as it goes (Fisher–Yates). */
        continueRound(): number {
          const miners = use(config.sminer)
          const count = miners.count()
          const held = storage.Round.get()
          const fresh = !held || now() - held.start >= config.roundBlocks
          const { start, cursor } = fresh ? { start: now(), cursor: 0 } : held
          const blocksLeft = config.roundBlocks - (now() - start)
          const share = Math.ceil(Math.max(0, count - cursor) / blocksLeft)
          const next = numbers(use(config.babe).random(utf8('audit round')))
          const end = Math.min(count, cursor + Math.min(share, MAX_PER_BLOCK))
          let issued = 0
          for (let at = cursor; at < end; at++) {
            miners.swap(at, at + Number(next(BigInt(count - at))))
            if (challenge(miners.at(at))) issued++
          }
          storage.Round.put({ start, cursor: end })
          return issued
        },
        /** Punishes the miners whose time to answer ended before this block. */
        closeOverdue(block: number): number {
          const overdue = [...storage.ChallengeSlip.entries(block)].map(([[, miner]]) => miner)
          for (const miner of overdue) {
            finish(miner, 'Missed')
            const times = Math.min(storage.CountedClear.get(miner) + 1, 255)
            storage.CountedClear.put(miner, times)
            emit.ChallengeMissed({ miner, times })
            const miners = use(config.sminer)
            if (!miners.find(miner)) continue
            miners.punish(miner, MISS_PERCENT[Math.min(times, MISS_PERCENT.length) - 1]!)
            if (times >= MISS_LIMIT) miners.setState(miner, 'offline')
          }
          return overdue.length
        },
        /** Checks an answer; returns whether it was right. A wrong one ends the challenge as well. */
        answer(miner: AccountId, proof: ServiceProof): boolean {
          const open = storage.ChallengeSnapShot.get(miner)!
          const right = answers(open, proof, (index) => storage.Taggers.get(index))
          finish(miner, right ? 'Passed' : 'Failed')
          storage.CountedClear.remove(miner)
          if (right) {
            storage.CountedServiceFailed.remove(miner)
            use(config.sminer).addPower(miner, open.bytes)
          } else {
            storage.CountedServiceFailed.mutate(miner, (n) => n + 1)
            use(config.sminer).punish(miner, FALSE_PROOF_PERCENT)
          }
          emit.VerifyProof({ miner, result: right, bytes: open.bytes })
          return right
        },
      }
    },
    hooks: {
      onInitialize({ api }, block) {
        // The deadline itself still counts: only the block after it finds the miner late.
        const overdue = api.closeOverdue(block - 1)
        const issued = api.continueRound()
        return weigh(
          50 + issued * 3000,
          5 + issued * 130 + overdue * 8,
          2 + issued * 6 + overdue * 8,
        )
      },
    },
    calls: {
      submit_service_proof: {
        index: 2,
        docs: 'Answers the open challenge of the sender. A right answer costs nothing; a wrong one is punished.',
        args: { serviceProve: boundedBytes(MAX_PROOF) },
        // 100 rows under up to 8 keys, with the subgroup checks of their points.
        weight: weigh(60_000, 20, 12),
        class: 'Operational',
        run({ api, storage, emit, errors }, origin, { serviceProve }) {
          const miner = ensureSigned(origin)
          if (!storage.ChallengeSnapShot.has(miner)) throw errors.NoChallenge()
          let proof: ServiceProof
          try {
            proof = decode(serviceProof, serviceProve)
          } catch {
            throw errors.MalformedProof()
          }
          emit.SubmitServiceProof({ miner })
          return { paysFee: api.answer(miner, proof) ? 'No' : 'Yes' }
        },
      },
      point_miner_challenge: {
        index: 11,
        docs: 'Challenges a miner now (Root).',
        args: { miner: accountId32 },
        weight: weigh(3000, 130, 6),
        run({ api, errors }, origin, { miner }) {
          ensureRoot(origin)
          if (!api.challenge(miner)) throw errors.NoChallenge()
          return undefined
        },
      },
      register_tagger: {
        index: 30,
        docs: 'Registers a key for tags, with the proof that the sender holds its secret.',
        args: {
          verifier: boundedBytes(1024),
          parameters: fixedBytes(32),
          possession: boundedBytes(256),
        },
        weight: weigh(20_000, 3, 4),
        run({ storage, emit, errors, use }, origin, { verifier, parameters, possession }) {
          const owner = ensureSigned(origin)
          const genesis = fromHex(use(config.system).blockHash(0))
          const context = possessionContext(genesis, fromHex(owner))
          if (!verifyPossession(verifier, context, possession)) throw errors.MalformedKey()
          const tagger = storage.TaggerCount.get()
          storage.Taggers.put(tagger, { owner, verifier, parameters })
          storage.TaggerOf.put(owner, tagger)
          storage.TaggerCount.put(tagger + 1)
          emit.TaggerRegistered({ tagger, owner })
          return undefined
        },
      },
    },
  })
export type AuditApi = NonNullable<ReturnType<typeof audit>['provided']>
