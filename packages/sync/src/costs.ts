/** What peers do to their reputation (sc_network_sync and sc_network_transactions). */
export const COST = {
  badBlock: [-(2 ** 29), 'sync: a block that breaks the rules'],
  badJustification: [-(2 ** 16), 'sync: a finality proof that proves nothing'],
  badResponse: [-(2 ** 12), 'sync: a response that is not what was asked for'],
  badAnnouncement: [-(2 ** 12), 'sync: an announcement that does not decode'],
  emptyResponse: [-(2 ** 10), 'sync: it does not have what it announced'],
  timeout: [-(2 ** 10), 'sync: no answer in time'],
  refused: [-(2 ** 10), 'sync: a refused request'],
  badRequest: [-(2 ** 12), 'sync: a request that does not decode'],
  sameRequest: [-(2 ** 12), 'sync: the same request again and again'],
  endedFork: [-(2 ** 10), 'sync: a block on a fork that finality has ended'],
  otherChain: [-(2 ** 29), 'sync: its chain contradicts what is final here'],
  malformedTransactions: [-(2 ** 12), 'transactions: a message that does not decode'],
  badTransaction: [-(2 ** 12), 'transactions: an invalid one'],
} as const satisfies Record<string, readonly [number, string]>
export type Cost = keyof typeof COST

/** Reputation for a transaction that was new and good. */
export const GOOD_TRANSACTION = [2 ** 7, 'transactions: a new one'] as const
