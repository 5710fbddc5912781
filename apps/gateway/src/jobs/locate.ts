import type { AccountId, FileId } from '@cess/bytes'
import type { GatewayContext } from '../context.ts'

/** Where the chain says a file is. */
export type Whereabouts =
  /** All miners have it. */
  | { readonly at: 'file' }
  /** Declared; `missing` are the columns, from 1, that no receipt has come for. */
  | {
      readonly at: 'deal'
      readonly operator: AccountId
      readonly owner: AccountId
      readonly miners: readonly AccountId[]
      readonly missing: readonly number[]
      readonly deadline: number
    }
  | { readonly at: 'nowhere' }

/** Looks a file up in the best block. */
export async function locate(
  { chain }: Pick<GatewayContext, 'chain'>,
  fid: FileId,
): Promise<Whereabouts> {
  const { query } = await chain.best()
  const [operator, assignment] = await Promise.all([
    query.FileBank.Operator(fid),
    query.FileBank.DealAssignment(fid),
  ])
  if (operator !== undefined) return { at: 'file' }
  const deal = assignment && (await query.FileBank.DealMap(fid))
  if (!assignment || !deal) return { at: 'nowhere' }
  const done = new Set(deal.completeList.map(({ index }) => index))
  return {
    at: 'deal',
    operator: assignment.operator,
    owner: deal.user.user,
    miners: assignment.miners,
    deadline: assignment.deadline,
    missing: assignment.miners.map((_, i) => i + 1).filter((index) => !done.has(index)),
  }
}
