import { type AccountId, concat, u32le, utf8 } from '@cess/bytes'
import type { BalancesApi } from '../balances.ts'
import type { CessTreasuryApi } from '../cess-treasury.ts'
import { drawMiners } from '../file-bank/draw.ts'
import { positionsOf } from '../positions.ts'
import { voteCommitment } from './commitments.ts'
import type { MdrcBase } from './storage.ts'
import { type Dispute, PANELS, type Seat } from './types.ts'

export interface JuryDeps extends MdrcBase {
  readonly balances: () => BalancesApi
  readonly treasury: () => CessTreasuryApi
  readonly random: (subject: Uint8Array) => Uint8Array
  readonly genesis: () => Uint8Array
  /** What a juror puts up; a tenth of it is lost with every vote that is not shown. */
  readonly jurorBond: bigint
}

/** Jurors: who they are, which panels they are drawn for, and how they vote. */
export function juryOf(deps: JuryDeps) {
  const { storage, emit, errors, balances } = deps
  const pool = positionsOf({
    at: storage.JurorAt,
    of: storage.JurorPosition,
    count: storage.JurorCount,
  })
  const info = (who: AccountId) => {
    const found = storage.Jurors.get(who)
    if (!found) throw errors.NotJuror()
    return found
  }
  /** The seat of a juror in a dispute's panel, with what takes the panel's place once it has changed. */
  function seatOf(dispute: Dispute, juror: AccountId): [Seat, (seat: Seat) => Seat[]] {
    const found = dispute.panel.find((seat) => seat.juror === juror)
    if (!found) throw errors.NotJuror()
    return [found, (seat) => dispute.panel.map((one) => (one === found ? seat : one))]
  }

  return {
    register(who: AccountId): void {
      if (storage.Jurors.has(who)) throw errors.AlreadyJuror()
      balances().reserve(who, deps.jurorBond)
      storage.Jurors.put(who, { bond: deps.jurorBond, serving: 0 })
      pool.add(who)
      emit.JurorRegistered({ juror: who })
    },
    leave(who: AccountId): void {
      const { bond, serving } = info(who)
      if (serving > 0) throw errors.Serving()
      balances().unreserve(who, bond)
      storage.Jurors.remove(who)
      pool.remove(who)
      emit.JurorLeft({ juror: who })
    },
    /** A panel of the round's size, without who is concerned; undefined when there are not enough jurors. */
    draw(id: number, round: number, excluded: readonly AccountId[]): Seat[] | undefined {
      const wanted = PANELS[round]!
      const seed = deps.random(concat(utf8('cess/mdrc/panel'), u32le(id), Uint8Array.of(round)))
      const fits = (): boolean => true
      const { miners: drawn } = drawMiners({ ...pool, fits }, seed, wanted, excluded)
      if (drawn.length < wanted) return undefined
      return drawn.map((juror) => {
        const known = info(juror)
        storage.Jurors.put(juror, { ...known, serving: known.serving + 1 })
        emit.JurorDrawn({ dispute: id, juror })
        return { juror, sealed: undefined, vote: undefined }
      })
    },
    /** Notes the hash of a vote; it may be changed until votes are revealed. */
    vote(dispute: Dispute, juror: AccountId, sealed: Uint8Array): Seat[] {
      const [seat, put] = seatOf(dispute, juror)
      return put({ ...seat, sealed })
    },
    reveal(
      id: number,
      dispute: Dispute,
      juror: AccountId,
      salt: Uint8Array,
      upheld: boolean,
    ): Seat[] {
      const [seat, put] = seatOf(dispute, juror)
      const at = { dispute: id, round: dispute.round, juror }
      const expected = voteCommitment(deps.genesis(), at, salt, upheld).toHex()
      if (seat.sealed?.toHex() !== expected) throw errors.WrongVote()
      emit.Voted({ dispute: id, juror, upheld })
      return put({ ...seat, sealed: undefined, vote: upheld })
    },
    /** More than half of the votes that were shown; nobody's are none for the challenger. */
    verdict(panel: readonly Seat[]): boolean {
      const votes = panel.flatMap(({ vote }) => (vote === undefined ? [] : [vote]))
      return votes.filter((vote) => vote).length * 2 > votes.length
    },
    /** Lets a panel go; who has not voted pays for it, and is not drawn any more. */
    dismiss(panel: readonly Seat[]): void {
      for (const { juror, vote } of panel) {
        const known = info(juror)
        const amount = vote === undefined ? deps.jurorBond / 10n : 0n
        const lost = amount < known.bond ? amount : known.bond
        storage.Jurors.put(juror, { bond: known.bond - lost, serving: known.serving - 1 })
        if (lost === 0n) continue
        deps.treasury().takePenalty(juror, lost)
        pool.remove(juror)
        emit.JurorPenalised({ juror, amount: lost })
      }
    },
  }
}
export type Jury = ReturnType<typeof juryOf>
