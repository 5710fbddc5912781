import type { ChainClient } from '../chain/client.ts'

/** What a proxy gets in a day when nobody says: twice what it has to get at least, in balance units. */
const PROXY_DAY = 2n * 10n ** 17n
const DAY_MS = 86_400_000
/** Blocks over which the time of one is measured. */
const MEASURED = 100

/** The block that comes about so many days from now, by how fast the last ones came. */
export async function blockInDays(
  chain: Pick<ChainClient, 'at' | 'blockHash' | 'finalizedHead'>,
  days: number,
): Promise<number> {
  const head = await chain.finalizedHead()
  const before = Math.max(1, head.number - MEASURED)
  const [now, then] = await Promise.all([
    chain.at(head.hash).query.Timestamp.Now(),
    chain.blockHash(before).then((hash) => chain.at(hash!).query.Timestamp.Now()),
  ])
  const blocks = Math.max(1, head.number - before)
  const perBlock = Math.max(1, Number(now - then) / blocks)
  return head.number + Math.ceil((days * DAY_MS) / perBlock)
}

/** A fair fee for sharing through so many proxies for so many days. */
export const shareFee = (proxies: number, days: number): bigint =>
  PROXY_DAY * BigInt(proxies) * BigInt(Math.ceil(days))
