import { equal } from '@cess/bytes'
import { ChainRefusal, type Challenge, type MinerEvent } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'
import { reasonOf } from '../errors.ts'
import type { AuditRecord } from '../store/schema.ts'
import { answerChallenge, Unable } from './answer.ts'

/** Blocks after which an answer that we sent and the chain has not taken is sent again. */
const RESEND_BLOCKS = 8
/** Milliseconds between attempts when a proof cannot be made: data may come back. */
const RETRY_MS = 5_000

export interface Auditor {
  /** Looks for an open challenge and answers it. Resolves when there is nothing to do for now. */
  look(): Promise<void>
  /** Learns from a finalized event of this miner how an audit ended. */
  told(block: number, event: MinerEvent): Promise<void>
  /** Resolves when no answer is on its way any more. */
  settled(): Promise<void>
}

export interface AuditorOptions {
  /** An answer starts up to this many milliseconds late, so that the miners of a process take turns. */
  readonly jitterMs: number
}

const WHY = {
  Passed: '',
  Failed: 'The chain found the proof to be wrong.',
  Missed: 'No answer got into a block in time.',
} as const
/** Whether the chain has not said yet how it ended. */
const isOpen = ({ outcome }: AuditRecord): boolean =>
  outcome === 'Submitted' || outcome === 'Unable'

type Plan = 'answer' | 'wait' | 'late'

/** Answers the challenges of one miner: once each, in time, and only with proofs that hold. */
export function createAuditor(ctx: MinerContext, { jitterMs }: AuditorOptions): Auditor {
  const { chain, account, logger, store, clock } = ctx
  /** When a proof that could not be made is tried again, by the start of its challenge. */
  let retry: { readonly start: number; readonly at: number } | undefined
  let greeted: number | undefined
  /** Answers that are on their way into a block. */
  const pending = new Set<Promise<void>>()

  async function note(open: Challenge, change: Pick<AuditRecord, 'outcome' | 'block' | 'reason'>) {
    const { start, deadline, seed } = open
    const sizes = { rows: open.rows.length, openings: open.openings.length }
    await store.audits.put({ start, deadline, seed, ...sizes, ...change })
    ctx.metrics.audits.inc(1, { miner: ctx.name, outcome: change.outcome.toLowerCase() })
  }

  /** What to do about an open challenge at the best block. */
  async function plan(open: Challenge, best: number): Promise<Plan> {
    // An answer gets into the next block at the earliest, and the deadline still counts.
    if (best >= open.deadline) return 'late'
    const noted = store.audits.at(open.start)
    const same = noted !== undefined && equal(noted.seed, open.seed)
    if (same && noted.outcome === 'Submitted' && best < noted.block + RESEND_BLOCKS) return 'wait'
    if (retry?.start === open.start && clock.now() < retry.at) return 'wait'
    // On a fork the same miner may be asked something else, where this answer would be a false one:
    // as long as there is time, the challenge must be final first.
    if (best >= open.start + Math.ceil((open.deadline - open.start) / 2)) return 'answer'
    const final = await (await chain.finalized()).challenge(account)
    return final && equal(final.seed, open.seed) ? 'answer' : 'wait'
  }

  /** Spreads the miners of this process, and of the world, over time. */
  async function jitter(open: Challenge): Promise<void> {
    if (greeted === open.start || jitterMs === 0) return
    greeted = open.start
    const [a = 0, b = 0] = ctx.random.bytes(2)
    await clock.sleep(Math.floor(((a * 256 + b) / 65_536) * jitterMs), ctx.signal)
  }

  /** Hands the answer to the chain. What becomes of it comes later: the next look must not wait for it. */
  async function submit(open: Challenge, best: number, proof: Uint8Array): Promise<void> {
    // Noted first: after a crash in between it is better to wait a few blocks than to answer twice.
    await note(open, { outcome: 'Submitted', block: best, reason: '' })
    const work = sent(open, best, proof).catch((error: unknown) => {
      if (ctx.signal.aborted) return
      logger.warn({ deadline: open.deadline, reason: reasonOf(error) }, 'the answer got lost')
    })
    pending.add(work)
    void work.then(() => pending.delete(work))
  }

  async function sent(open: Challenge, best: number, proof: Uint8Array): Promise<void> {
    try {
      const { number, events } = await chain.submit(ctx.pair, { type: 'submitProof', proof })
      for (const event of events) if (isMine(event)) await told(number, event)
    } catch (error) {
      // Refused for certain: no need to wait whether it gets into a block after all.
      if (error instanceof ChainRefusal && !ctx.signal.aborted) {
        const reason = `The answer was refused: ${error.message}`
        await note(open, { outcome: 'Unable', block: best, reason })
      }
      throw error
    }
  }

  const isMine = (event: MinerEvent): boolean => event.data['miner'] === account

  async function told(block: number, event: MinerEvent): Promise<void> {
    if (event.name === 'Audit.ChallengeMissed') await ended(block, 'Missed')
    else if (event.name === 'Audit.VerifyProof')
      await ended(block, event.data['result'] === true ? 'Passed' : 'Failed')
  }

  /** Notes how the last challenge ended, once: it is told when the answer is in a block and when that is final. */
  async function ended(block: number, outcome: 'Passed' | 'Failed' | 'Missed'): Promise<void> {
    const [last] = await store.audits.latest(1)
    if (!last || block < last.start || block > last.deadline + 1 || !isOpen(last)) return
    const reason = { ...WHY, Missed: last.reason || WHY.Missed }[outcome]
    await store.audits.put({ ...last, outcome, block, reason })
    ctx.metrics.audits.inc(1, { miner: ctx.name, outcome: outcome.toLowerCase() })
    if (outcome === 'Passed') logger.info({ block, rows: last.rows }, 'audit passed')
    else logger.error({ block, reason }, `audit ${outcome.toLowerCase()}`)
  }

  /** What ended while we were not there to hear of it. */
  async function catchUp(): Promise<void> {
    const [last] = await store.audits.latest(1)
    if (!last || !isOpen(last)) return
    const known = await (await chain.finalized()).lastAudit(account)
    if (known) await ended(known.block, known.result)
  }

  async function answer(open: Challenge): Promise<void> {
    await jitter(open)
    try {
      const proof = await answerChallenge(ctx, open)
      // Time has passed; the challenge may be over, or another one.
      const now = await chain.best()
      const still = await now.challenge(account)
      if (!still || !equal(still.seed, open.seed) || now.number >= open.deadline) return
      await submit(open, now.number, proof)
      retry = undefined
    } catch (error) {
      if (ctx.signal.aborted) return
      retry = { start: open.start, at: clock.now() + RETRY_MS }
      const reason = reasonOf(error)
      if (error instanceof Unable) {
        const { number } = await chain.best()
        if (store.audits.at(open.start)?.reason !== reason) {
          await note(open, { outcome: 'Unable', block: number, reason })
          logger.error({ deadline: open.deadline, reason }, 'cannot prove: nothing is submitted')
        }
      } else logger.warn({ deadline: open.deadline, reason }, 'the answer did not get through')
    }
  }

  return {
    async look() {
      const best = await chain.best()
      const open = await best.challenge(account)
      if (!open) return catchUp()
      const todo = await plan(open, best.number)
      if (todo === 'answer') await answer(open)
    },
    told,
    async settled() {
      await Promise.all(pending)
    },
  }
}
