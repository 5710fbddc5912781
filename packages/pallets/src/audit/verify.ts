import { type ServiceProof, verify, verifyOpening } from '@cess/podr2'
import type { ChallengeInfo, TaggerInfo } from './types.ts'

type Row = ChallengeInfo['rows'][number]

/** Rows of a challenge by tagger, taggers in ascending order: one proof each. */
export function groupRows(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>()
  for (const row of [...rows].sort((a, b) => a.tagger - b.tagger)) {
    const group = groups.get(row.tagger)
    if (group) group.push(row)
    else groups.set(row.tagger, [row])
  }
  return groups
}

/**
 * Whether a proof answers a challenge in full. It must have exactly the challenged taggers and chunks, in order:
 * leaving one out fails as a whole.
 */
export function answers(
  challenge: ChallengeInfo,
  proof: ServiceProof,
  tagger: (index: number) => TaggerInfo | undefined,
): boolean {
  const groups = groupRows(challenge.rows)
  if (proof.groups.length !== groups.size) return false
  if (proof.openings.length !== challenge.openings.length) return false
  const chunks = challenge.openings.every((asked, i) =>
    verifyOpening(asked.fragment, asked.size, asked.chunk, proof.openings[i]!),
  )
  if (!chunks) return false
  let at = 0
  for (const [index, rows] of groups) {
    const given = proof.groups[at++]!
    const key = tagger(index)
    if (given.tagger !== index || !key) return false
    const asked = rows.map((r) => ({ fragmentId: r.fragment, row: r.row }))
    if (!verify(key.verifier, challenge.seed, index, asked, given.proof)) return false
  }
  return true
}
