import { type AccountId, concat, fromHex, utf8 } from '@cess/bytes'
import type { ServiceProof } from '@cess/podr2'
import type { Infer } from '@cess/scale'
import type { Columns } from '../file-bank/columns.ts'
import { numbers } from '../file-bank/draw.ts'
import type { SminerApi } from '../sminer/pallet.ts'
import { drawChallenge } from './challenge.ts'
import type { AuditBase } from './storage.ts'
import type { auditResult, ChallengeInfo } from './types.ts'
import { answers } from './verify.ts'

/** Percent of the required collateral that a miss costs, by how many came before in a row. */
const MISS_PERCENT = [2n, 5n, 15n] as const
/** Misses in a row after which a miner is out of service. */
const MISS_LIMIT = 5
const FALSE_PROOF_PERCENT = 10n
/** Challenges that one block may issue; with more miners a round takes longer. */
const MAX_PER_BLOCK = 20

interface ChallengeDeps extends AuditBase {
  readonly now: () => number
  readonly random: (subject: Uint8Array) => Uint8Array
  readonly miners: () => SminerApi
  readonly columns: () => Columns
  /** Blocks of a round, in which every miner is challenged once. */
  readonly roundBlocks: number
  /** Blocks to answer a challenge. */
  readonly answerBlocks: number
}

/** The life of challenges: drawn, answered or missed, and what follows for the miner. */
export function challengesOf(deps: ChallengeDeps) {
  const { storage, emit, now, miners } = deps
  const close = (miner: AccountId): ChallengeInfo => {
    const open = storage.ChallengeSnapShot.take(miner)!
    storage.ChallengeSlip.remove(open.deadline, miner)
    storage.Waived.remove(miner)
    return open
  }
  const finish = (miner: AccountId, result: Infer<typeof auditResult>): ChallengeInfo => {
    const open = close(miner)
    const { bytes, rows, openings } = open
    const sizes = { rows: rows.length, openings: openings.length }
    storage.LastAudit.put(miner, { block: now(), result, bytes, ...sizes })
    return open
  }
  /** A challenge without the fragments that were deleted after it was drawn. */
  const without = (open: ChallengeInfo, fragments: readonly Uint8Array[]): ChallengeInfo => {
    const gone = new Set(fragments.map((id) => id.toHex()))
    const stays = ({ fragment }: { readonly fragment: Uint8Array }) => !gone.has(fragment.toHex())
    return { ...open, rows: open.rows.filter(stays), openings: open.openings.filter(stays) }
  }
  const isEmpty = ({ rows, openings }: ChallengeInfo): boolean =>
    rows.length === 0 && openings.length === 0

  /** Challenges a miner that holds data; false when it holds none or is challenged already. */
  function challenge(miner: AccountId): boolean {
    const columns = deps.columns()
    const bytes = columns.bytesOf(miner)
    if (bytes === 0n || storage.ChallengeSnapShot.has(miner)) return false
    const seed = deps.random(concat(utf8('audit'), fromHex(miner)))
    const drawn = drawChallenge(seed, bytes, columns.sampler(miner))
    const deadline = now() + deps.answerBlocks
    storage.ChallengeSnapShot.put(miner, { start: now(), deadline, seed, bytes, ...drawn })
    storage.ChallengeSlip.put(deadline, miner, true)
    emit.GenerateChallenge({ miner })
    return true
  }
  return {
    challenge,
    /** Challenges the next miners of the round, in an order that is drawn as it goes. Returns how many it looked at. */
    continueRound(): number {
      const { registry } = miners()
      const began = storage.RoundStart.get()
      const over = (began ?? 0) + deps.roundBlocks <= now()
      const fresh = began === undefined || (over && registry.undrawn() === 0)
      const start = fresh ? now() : began
      if (fresh) {
        storage.RoundStart.put(start)
        registry.beginRound()
      }
      // Evenly over the round; what one block could not issue comes in the next ones.
      const elapsed = Math.min(now() - start + 1, deps.roundBlocks)
      const due = Math.ceil((registry.count() * elapsed) / deps.roundBlocks)
      const drawn = registry.count() - registry.undrawn()
      const share = Math.max(0, Math.min(due - drawn, MAX_PER_BLOCK))
      if (share === 0) return 0
      const next = numbers(deps.random(utf8('audit round')))
      for (let i = 0; i < share; i++)
        challenge(registry.draw(Number(next(BigInt(registry.undrawn())))))
      return share
    },
    /** Punishes the miners whose time to answer ended with this block. Returns how many there were. */
    closeOverdue(block: number): number {
      const { registry } = miners()
      const overdue = [...storage.ChallengeSlip.entries(block)].map(([[, miner]]) => miner)
      for (const miner of overdue) {
        finish(miner, 'Missed')
        const times = Math.min(storage.CountedClear.get(miner) + 1, 255)
        storage.CountedClear.put(miner, times)
        emit.ChallengeMissed({ miner, times })
        if (!registry.inService(miner)) continue
        registry.punish(miner, MISS_PERCENT[Math.min(times, MISS_PERCENT.length) - 1]!)
        if (times >= MISS_LIMIT && registry.inService(miner)) registry.retire(miner)
      }
      return overdue.length
    },
    /** Checks an answer; returns whether it was right. A wrong one ends the challenge as well. */
    answer(miner: AccountId, proof: ServiceProof): boolean {
      const open = storage.ChallengeSnapShot.get(miner)!
      const waived = storage.Waived.get(miner)
      const key = (tagger: number) => storage.Taggers.get(tagger)
      const right =
        answers(open, proof, key) ||
        (waived.length > 0 && answers(without(open, waived), proof, key))
      finish(miner, right ? 'Passed' : 'Failed')
      storage.CountedClear.remove(miner)
      const { registry, rewards } = miners()
      if (right) {
        storage.CountedServiceFailed.remove(miner)
        // What was deleted meanwhile is not proven.
        const held = deps.columns().bytesOf(miner)
        rewards.addPower(miner, waived.length > 0 && held < open.bytes ? held : open.bytes)
      } else {
        storage.CountedServiceFailed.mutate(miner, (n) => n + 1)
        if (registry.inService(miner)) registry.punish(miner, FALSE_PROOF_PERCENT)
      }
      emit.VerifyProof({ miner, result: right, bytes: open.bytes })
      return right
    },
    /** A miner need not keep these fragments any more, nor answer for them. */
    released(miner: AccountId, fragmentIds: Uint8Array): void {
      const open = storage.ChallengeSnapShot.get(miner)
      if (!open) return
      const gone = new Set<string>()
      for (let at = 0; at < fragmentIds.length; at += 32)
        gone.add(fragmentIds.subarray(at, at + 32).toHex())
      const known = new Map(storage.Waived.get(miner).map((id) => [id.toHex(), id]))
      const before = known.size
      for (const { fragment } of [...open.rows, ...open.openings])
        if (gone.has(fragment.toHex())) known.set(fragment.toHex(), fragment)
      if (known.size === before) return
      const all = [...known.values()]
      if (isEmpty(without(open, all))) close(miner)
      else storage.Waived.put(miner, all)
    },
    /** Forgets a miner that has left. */
    forget(miner: AccountId): void {
      if (storage.ChallengeSnapShot.has(miner)) close(miner)
      storage.CountedClear.remove(miner)
      storage.CountedServiceFailed.remove(miner)
      storage.LastAudit.remove(miner)
    },
  }
}
