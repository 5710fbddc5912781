import { createNearIndex, type Near, type NearIndex } from '@cess/fingerprint'
import type { Codes, WorkInfo } from '@cess/pallets'
import { NEAR_64, NEAR_128 } from '@cess/pallets'

/** How sure a match is. `near` ones the chain would take as a challenge; `similar` ones happen by chance too. */
export type Tier = 'near' | 'similar'
export interface Match {
  readonly work: number
  /** Which code is near. */
  readonly code: 'content' | 'data'
  readonly tier: Tier
  /** Bits that differ among the first 64 and 128. */
  readonly differing: number
  readonly differing128: number
}
/** What to look for: as much as is known. */
export type Wanted = Pick<Partial<Codes>, 'content' | 'data'>

/** Twice what the chain takes as near. */
const SIMILAR = { most: 2 * NEAR_64, most128: 2 * NEAR_128 }

/** Codes of all works that show them, to find those near others. 48 MB for a million works. */
export function createCodesIndex() {
  const content = new Map<NonNullable<Codes['content']>['kind'], NearIndex>()
  const data = createNearIndex()
  let highest = -1

  const match =
    (code: Match['code']) =>
    ({ key, differing, differing128 }: Near): Match => ({
      work: key,
      code,
      tier: differing <= NEAR_64 && differing128 <= NEAR_128 ? 'near' : 'similar',
      differing,
      differing128,
    })

  return {
    get size() {
      return data.size
    },
    /** The highest number of a work that was seen. */
    get highest() {
      return highest
    },
    /** Takes in what the chain says of a work now. */
    put(id: number, { fingerprint, status }: Pick<WorkInfo, 'fingerprint' | 'status'>): void {
      highest = Math.max(highest, id)
      for (const index of [...content.values(), data]) index.remove(id)
      if (fingerprint.type !== 'Public' || status === 'Refused' || status === 'Revoked') return
      const codes = fingerprint.value
      data.add(id, codes.data)
      if (!codes.content) return
      const { kind, body } = codes.content
      const known = content.get(kind) ?? createNearIndex()
      content.set(kind, known)
      known.add(id, body)
    },
    /** Works near what is wanted, the nearest first. */
    search(wanted: Wanted, limit: number): Match[] {
      const limits = { ...SIMILAR, limit }
      const index = wanted.content && content.get(wanted.content.kind)
      const byContent = index ? index.near(wanted.content!.body, limits) : []
      const byData = wanted.data ? data.near(wanted.data, limits) : []
      const all = [...byContent.map(match('content')), ...byData.map(match('data'))]
      const seen = new Set<number>()
      return all
        .sort((a, b) => a.differing - b.differing || a.work - b.work)
        .filter(({ work }) => !seen.has(work) && seen.add(work))
        .slice(0, limit)
    },
  }
}
export type CodesIndex = ReturnType<typeof createCodesIndex>
