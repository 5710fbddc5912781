import type { AccountId } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import { ss58Encode } from '@cess/crypto'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'

type Chain = Pick<ChainClient, 'best' | 'finalizedHead' | 'submit' | 'tx'>

/** Gateways that may declare and delete files for an account. */
export async function listOperators(
  chain: Pick<ChainClient, 'best'>,
  account: AccountId,
): Promise<readonly AccountId[]> {
  const { query } = await chain.best()
  return query.Oss.AuthorityList(account)
}

/**
 * Lets a gateway declare and delete files for the account of `pair`, until that is taken back; returns the block in
 * which that is so. @throws SdkError NOT_FOUND for what is no registered gateway, CallFailed
 */
export async function authorizeGateway(
  chain: Chain,
  pair: KeyPair,
  account: AccountId,
  operator: AccountId,
): Promise<number> {
  const { query } = await chain.best()
  if (!(await query.Oss.Oss(operator)))
    throw new SdkError(
      'NOT_FOUND',
      `${ss58Encode(operator)} is not a gateway that is registered on this chain. Check the address, and that node and gateway are of the same network.`,
    )
  if ((await query.Oss.AuthorityList(account)).includes(operator))
    return (await chain.finalizedHead()).number
  return (await chain.submit(pair, chain.tx.Oss.authorize({ operator }))).block.number
}

/** Takes the right of a gateway back; returns the block. @throws CallFailed Oss.NoAuthorization */
export async function revokeGateway(
  chain: Pick<ChainClient, 'submit' | 'tx'>,
  pair: KeyPair,
  operator: AccountId,
): Promise<number> {
  return (await chain.submit(pair, chain.tx.Oss.cancel_authorize({ oss: operator }))).block.number
}
