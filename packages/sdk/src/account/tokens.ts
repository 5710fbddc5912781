import type { AccountId } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'

/** Decimals of the token. */
export const DECIMALS = 18
const UNIT = 10n ** BigInt(DECIMALS)

/** What an account has, in the smallest unit. */
export interface Balance {
  /** What it owns and is not reserved. */
  readonly free: bigint
  /** Set aside by the chain, such as a miner's collateral. */
  readonly reserved: bigint
  /** The part of `free` that locks keep. */
  readonly frozen: bigint
  /** Transactions that it has sent. */
  readonly nonce: number
}

/** Balance after the best block. */
export async function balanceOf(
  chain: Pick<ChainClient, 'best'>,
  account: AccountId,
): Promise<Balance> {
  const { query } = await chain.best()
  const { data, nonce } = await query.System.Account(account)
  return { free: data.free, reserved: data.reserved, frozen: data.frozen, nonce }
}

/** Sends tokens, waits until that is final, and returns the block. @throws CallFailed when the balance does not allow it */
export async function sendTokens(
  chain: Pick<ChainClient, 'submit' | 'tx'>,
  pair: KeyPair,
  to: AccountId,
  amount: bigint,
): Promise<number> {
  const call = chain.tx.Balances.transfer_keep_alive({
    dest: { type: 'Id', value: to },
    value: amount,
  })
  return (await chain.submit(pair, call)).block.number
}

/** Smallest units as a decimal number of tokens, without needless zeros: `1234.5`. */
export function formatTokens(units: bigint): string {
  const sign = units < 0n ? '-' : ''
  const abs = units < 0n ? -units : units
  const rest = (abs % UNIT).toString().padStart(DECIMALS, '0').replace(/0+$/, '')
  return `${sign}${abs / UNIT}${rest === '' ? '' : `.${rest}`}`
}

/** A decimal number of tokens as smallest units. @throws SdkError BAD_AMOUNT */
export function parseTokens(text: string): bigint {
  const parts = /^(\d{1,21})(?:\.(\d{1,18}))?$/.exec(text.trim())
  if (!parts)
    throw new SdkError(
      'BAD_AMOUNT',
      `"${text.slice(0, 60)}" is no amount of tokens. Write a number such as 12 or 0.5, with at most 18 digits behind the point.`,
    )
  return BigInt(parts[1]!) * UNIT + BigInt((parts[2] ?? '').padEnd(DECIMALS, '0'))
}
