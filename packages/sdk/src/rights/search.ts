import { type Work, workFrom } from '@cess/light'
import { type Codes, differing, NEAR_64, NEAR_128 } from '@cess/pallets'
import type { ChainClient } from '../chain/client.ts'
import type { GatewayClient } from '../gateway/client.ts'
import { codesFromIscc } from './codes.ts'
import { findWork } from './works.ts'

/** A work near what was looked for. */
export interface NearWork {
  readonly work: Work
  /** Which code is near. */
  readonly code: 'content' | 'data'
  /** Whether the chain would take it as a copy; `similar` ones happen by chance too. */
  readonly tier: 'near' | 'similar'
  /** Bits that differ among the first 64. */
  readonly differing: number
}

function compare(wanted: Codes, known: Codes): Omit<NearWork, 'work'> | undefined {
  const [a, b] = [wanted.content, known.content]
  const pairs = [
    ...(a && b && a.kind === b.kind ? [['content', a.body, b.body] as const] : []),
    ['data', wanted.data, known.data] as const,
  ]
  const found = pairs
    .map(([code, one, other]) => ({
      code,
      differing: differing(one, other, 64),
      wide: differing(one, other, 128),
    }))
    .filter(({ differing: bits, wide }) => bits <= 2 * NEAR_64 && wide <= 2 * NEAR_128)
    .sort((x, y) => x.differing - y.differing)[0]
  if (!found) return undefined
  const near = found.differing <= NEAR_64 && found.wide <= NEAR_128
  return { code: found.code, differing: found.differing, tier: near ? 'near' : 'similar' }
}

/**
 * Works that are the same as a file, or like it, by its ISCC units. A gateway names candidates; what is said of them is
 * read from the chain and compared here, so that it can leave works out and not invent any.
 * @throws SdkError BAD_CODES; GatewayRefused
 */
export async function searchWorks(
  chain: Pick<ChainClient, 'finalized'>,
  gateway: Pick<GatewayClient, 'searchRights'>,
  units: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly exact: Work | undefined; readonly works: readonly NearWork[] }> {
  const wanted = codesFromIscc(units)
  const [exact, ids] = await Promise.all([
    findWork(chain, wanted),
    gateway.searchRights(units, signal),
  ])
  const { query } = await chain.finalized()
  const works: NearWork[] = []
  for (const id of new Set(ids)) {
    const info = await query.Mdrc.Works(id)
    if (info?.fingerprint.type !== 'Public') continue
    const found = compare(wanted, info.fingerprint.value)
    if (found) works.push({ work: workFrom(id, info), ...found })
  }
  return { exact, works: works.sort((a, b) => a.differing - b.differing || a.work.id - b.work.id) }
}
