import { type AccountId, fromHex } from '@cess/bytes'
import {
  constant,
  definePallet,
  ensureRoot,
  ensureSigned,
  type Provides,
  type SystemApi,
  weigh,
} from '@cess/frame'
import { possessionContext, type ServiceProof, serviceProof, verifyPossession } from '@cess/podr2'
import { accountId32 } from '@cess/primitives'
import { boundedBytes, decode, fixedBytes, u32 } from '@cess/scale'
import type { BabeApi } from '../babe.ts'
import type { FileBankApi } from '../file-bank/pallet.ts'
import type { SminerApi } from '../sminer/pallet.ts'
import { challengesOf } from './challenges.ts'
import { auditErrors } from './errors.ts'
import { auditEvents, auditStorage } from './storage.ts'
import { MAX_PROOF, OPENINGS, ROWS } from './types.ts'

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
    storage: auditStorage,
    events: auditEvents,
    errors: auditErrors,
    api({ storage, emit, use }) {
      return {
        ...challengesOf({
          storage,
          emit,
          now: () => use(config.system).number(),
          random: (subject) => use(config.babe).random(subject),
          miners: () => use(config.sminer),
          columns: () => use(config.fileBank).columns,
          roundBlocks: config.roundBlocks,
          answerBlocks: config.answerBlocks,
        }),
        taggerOwner: (tagger: number): AccountId | undefined => storage.Taggers.get(tagger)?.owner,
      }
    },
    hooks: {
      onInitialize({ api }, block) {
        // The deadline itself still counts: only the block after it finds the miner late.
        const overdue = api.closeOverdue(block - 1)
        const issued = api.continueRound()
        // A challenge finds a hundred offsets in the tree of a miner's columns; reads are part of the first figure.
        return weigh(
          50 + issued * 12_000 + overdue * 100,
          6 + overdue * 10,
          2 + issued * 8 + overdue * 12,
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
        weight: weigh(12_000, 3, 6),
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
