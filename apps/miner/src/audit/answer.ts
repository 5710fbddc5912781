import { type FileId, toHex } from '@cess/bytes'
import type { Challenge } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'
import type { ProofGroup, ProofInput } from '../work/jobs.ts'

/** No true proof can be made. The message says why; nothing is submitted, for a false proof costs five times a miss. */
export class Unable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unable'
  }
}

/** Fragments that a message names. */
const NAMED = 3
const name = (ids: Iterable<FileId>): string => {
  const all = [...new Set(ids)]
  const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : ''
  return `${all.slice(0, NAMED).join(', ')}${more}`
}
const idOf = (fragment: Uint8Array): FileId => fragment.toHex() as FileId

/** Rows by tagger, taggers in ascending order: the order that the chain checks them in. */
function rowsByTagger(rows: Challenge['rows']): Map<number, Challenge['rows'][number][]> {
  return Map.groupBy(
    [...rows].sort((a, b) => a.tagger - b.tagger),
    (row) => row.tagger,
  )
}

type Deps = Pick<MinerContext, 'store' | 'cache' | 'pool' | 'logger'>

/**
 * The SCALE-encoded proof of a challenge, already checked as the chain will check it.
 * @throws Unable when data or tags are missing or damaged; what is damaged is put aside.
 */
export async function answerChallenge(ctx: Deps, open: Challenge): Promise<Uint8Array> {
  const { fragments, tags } = ctx.store
  const asked = [...open.rows, ...open.openings].map(({ fragment }) => idOf(fragment))
  const gone = await filterAsync([...new Set(asked)], async (id) => !(await fragments.intact(id)))
  if (gone.length > 0)
    throw new Unable(`The data of ${gone.length} fragments is missing: ${name(gone)}.`)

  const groups: ProofGroup[] = []
  for (const [tagger, rows] of rowsByTagger(open.rows)) {
    const key = await ctx.cache.tagger(tagger)
    if (!key) throw new Unable(`The chain knows no tagger ${tagger}.`)
    const parameters = tags.parameters(key.parameters)
    if (!parameters)
      throw new Unable(`The parameters ${toHex(key.parameters)} of tagger ${tagger} are not here.`)
    const untagged = rows.map((r) => idOf(r.fragment)).filter((id) => !tags.get(id, tagger))
    if (untagged.length > 0) throw new Unable(`The tags of ${name(untagged)} are not here.`)
    const items = rows.map(({ fragment, row }) => {
      const id = idOf(fragment)
      const size = fragments.record(id)?.size ?? 0
      const own = tags.get(id, tagger) ?? new Uint8Array(0)
      return { fragment, row, size, path: fragments.path(id), tags: own }
    })
    groups.push({ tagger, verifier: key.verifier, parameters, rows: items })
  }
  const openings = open.openings.map((o) => ({ ...o, path: fragments.path(idOf(o.fragment)) }))
  return prove(ctx, { seed: open.seed, groups, openings })
}

async function prove(ctx: Deps, input: ProofInput): Promise<Uint8Array> {
  const made = await ctx.pool.run('prove', input)
  if ('proof' in made) return made.proof
  for (const id of made.damaged) {
    ctx.logger.error({ fragment: id }, 'a fragment on disk is damaged; it is moved aside')
    await ctx.store.fragments.lose(id, 'Corrupt')
  }
  for (const { id, tagger } of made.wrongTags) await ctx.store.tags.discard(id, tagger)
  if (made.damaged.length > 0)
    throw new Unable(`${made.damaged.length} fragments are damaged: ${name(made.damaged)}.`)
  if (made.wrongTags.length > 0)
    throw new Unable(`Tags are damaged: those of ${name(made.wrongTags.map((t) => t.id))}.`)
  throw new Unable('The proof does not hold, and neither a fragment nor its tags are to blame.')
}

async function filterAsync<T>(
  items: readonly T[],
  keep: (item: T) => Promise<boolean>,
): Promise<T[]> {
  const kept = await Promise.all(items.map(keep))
  return items.filter((_, i) => kept[i])
}
