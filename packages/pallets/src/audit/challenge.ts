import { concat, utf8 } from '@cess/bytes'
import { ROW_BYTES } from '@cess/podr2'
import type { Sample } from '../file-bank/columns.ts'
import { numbers } from '../file-bank/draw.ts'
import { type ChallengeInfo, GROUPS, OPENINGS, ROWS } from './types.ts'

/** BLAKE3's chunk, the unit of the transparent leg. */
const CHUNK = 1024

/**
 * Draws what a miner has to prove: every byte that it holds is as likely as every other. Bytes whose tags are
 * not confirmed yet are covered by the openings alone.
 */
export function drawChallenge(
  seed: Uint8Array,
  bytes: bigint,
  sample: (offset: bigint) => Sample,
): Pick<ChallengeInfo, 'rows' | 'openings'> {
  const rows: ChallengeInfo['rows'][number][] = []
  const taggers = new Set<number>()
  const taken = new Set<string>()
  const nextRow = numbers(concat(seed, utf8('rows')))
  for (let i = 0; i < ROWS; i++) {
    const { fragment, offset, tagger } = sample(nextRow(bytes))
    if (tagger === undefined) continue
    if (!taggers.has(tagger) && taggers.size >= GROUPS) continue
    taggers.add(tagger)
    const row = Math.floor(offset / ROW_BYTES)
    // A row drawn twice would add nothing.
    const name = `${fragment.toHex()}/${row}`
    if (taken.has(name)) continue
    taken.add(name)
    rows.push({ tagger, fragment, row })
  }
  const nextChunk = numbers(concat(seed, utf8('openings')))
  const openings = Array.from({ length: OPENINGS }, () => {
    const { fragment, fragmentBytes, offset } = sample(nextChunk(bytes))
    return { fragment, size: fragmentBytes, chunk: Math.floor(offset / CHUNK) }
  })
  return { rows, openings }
}
