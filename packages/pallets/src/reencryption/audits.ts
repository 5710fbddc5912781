import { type AccountId, concat, u32le, utf8 } from '@cess/bytes'
import { auditCapsule, type Share, verifyShare } from '@cess/reencryption'
import { numbers } from '../file-bank/draw.ts'
import type { Grants } from './grants.ts'
import type { Proxies } from './proxies.ts'
import type { ReencryptionBase } from './storage.ts'
import type { GrantInfo } from './types.ts'

export interface AuditsDeps extends ReencryptionBase {
  readonly random: (subject: Uint8Array) => Uint8Array
  /** Blocks between two audits, of one grant each. */
  readonly auditBlocks: number
  /** Blocks to answer. */
  readonly answerBlocks: number
}

/** Proxies show that they work: for a grant drawn at random, each re-encrypts a capsule that the chain makes up. */
export function auditsOf(deps: AuditsDeps, proxies: Proxies, grants: Grants) {
  const { storage, emit, errors, now } = deps

  function begin(block: number): void {
    const count = grants.active.count()
    if (count === 0) return
    const seed = deps.random(concat(utf8('cess/reencryption/audit'), u32le(block)))
    const grant = grants.active.at(Number(numbers(seed)(BigInt(count))))
    const deadline = block + deps.answerBlocks
    storage.OpenAudit.put({ grant, seed, deadline })
    emit.AuditBegun({ grant, seed, deadline })
  }
  /** Notes who has not answered; who misses three in a row loses its place. */
  function close(): void {
    const { grant: id } = storage.OpenAudit.get()!
    storage.OpenAudit.remove()
    const grant = storage.Grants.get(id)
    let left = grant?.status === 'Active' ? grant : undefined
    for (const { proxy, state } of left?.places ?? []) {
      if (state !== 'Serving' || storage.Answered.has(proxy)) continue
      emit.AuditMissed({ grant: id, proxy })
      if (proxies.missed(proxy) && left) left = grants.remove(id, left, proxy)
    }
    for (const [[proxy]] of [...storage.Answered.entries()]) storage.Answered.remove(proxy)
  }

  return {
    /**
     * Ends the audit whose time is over, and begins the next one when it is time. Returns whether one was ended: that is
     * what costs. An audit that is ended late is none the worse, since answers count up to its deadline alone.
     */
    step(block: number): boolean {
      const open = storage.OpenAudit.get()
      const over = open !== undefined && block > open.deadline
      if (over) close()
      const last = storage.LastAudit.get()
      if ((open && !over) || block < last + deps.auditBlocks) return over
      storage.LastAudit.put(block)
      begin(block)
      return over
    },
    answer(proxy: AccountId, made: Share): void {
      const open = storage.OpenAudit.get()
      const grant: GrantInfo | undefined = open && storage.Grants.get(open.grant)
      const serves = grant?.places.some((one) => one.proxy === proxy && one.state === 'Serving')
      if (!open || !grant || !serves || now() > open.deadline) throw errors.NoAudit()
      if (storage.Answered.has(proxy)) throw errors.NoAudit()
      // The first file stands for all: their fragments came, and are kept, together.
      const file = grant.files[0]!
      const [committed] = storage.Commitments.get(open.grant, proxy) ?? []
      const capsule = auditCapsule(file.delegator, open.seed)
      const delegation = grants.delegationOf(open.grant, grant, file)
      if (!committed || !verifyShare(delegation, committed, capsule, made))
        throw errors.WrongShare()
      storage.Answered.put(proxy, undefined)
      proxies.answered(proxy)
      emit.AuditAnswered({ grant: open.grant, proxy })
    },
  }
}
