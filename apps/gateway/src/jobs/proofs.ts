import type { AccountId } from '@cess/bytes'
import { FRAGMENTS } from '@cess/primitives'
import type { Heads } from '../chain/heads.ts'
import type { GatewayContext } from '../context.ts'
import { createSemaphore } from '../limits/semaphore.ts'
import type { Job } from '../store/jobs.ts'

/** Watches the audits of miners. */
export interface Proofs {
  /** Resolves when all miners of a stored file have passed an audit after it was complete. */
  wait(job: Job): Promise<void>
  close(): void
}

/** Files that are looked up at the same time, when there are many after a start. */
const LOOKUPS = 8

export function createProofs(ctx: GatewayContext, heads: Heads): Proofs {
  /** Block in which a miner last passed, as events told since we began to look. */
  const passed = new Map<AccountId, number>()
  const lookups = createSemaphore(LOOKUPS)
  const end = heads.on(({ number, events }) => {
    for (const { name, data } of events)
      if (name === 'Audit.VerifyProof' && data['result'] === true)
        passed.set(data['miner'] as AccountId, number)
  })

  async function lookUp(miner: AccountId): Promise<void> {
    const { query } = await ctx.chain.finalized()
    const audit = await query.Audit.LastAudit(miner)
    if (audit?.result === 'Passed') passed.set(miner, Math.max(audit.block, passed.get(miner) ?? 0))
  }

  async function minersOf({ fid }: Job): Promise<AccountId[]> {
    const { query } = await ctx.chain.finalized()
    const columns = await Promise.all(
      Array.from({ length: FRAGMENTS }, (_, i) => query.FileBank.Column(fid, i)),
    )
    const miners = columns.flatMap((column) => column?.miner ?? [])
    await Promise.all(miners.map(lookUp))
    return miners
  }

  return {
    async wait(job) {
      const slot = await lookups.take(1, ctx.signal)
      const miners = await minersOf(job).finally(() => slot.free())
      while (!miners.every((miner) => (passed.get(miner) ?? 0) > (job.block ?? 0)))
        await heads.next()
    },
    close: end,
  }
}
