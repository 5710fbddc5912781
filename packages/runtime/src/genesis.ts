import type { AccountId } from '@cess/bytes'
import { buildGenesis } from '@cess/frame'
import type { SessionKeys } from '@cess/pallets'
import type { Externalities } from '@cess/primitives'
import { TOKEN } from './config.ts'
import type { CessRuntime } from './runtime.ts'

/** Who a new network begins with. */
export interface GenesisConfig {
  readonly validators: readonly { readonly account: AccountId; readonly keys: SessionKeys }[]
  readonly balances: readonly (readonly [AccountId, bigint])[]
  /** The account that may act as Root; none on networks with value. */
  readonly sudo?: AccountId
  /** Price of a GiB for 30 days, in balance units. */
  readonly unitPrice: bigint
  /** Tokens set aside for storage rewards. */
  readonly rewardPot: bigint
  /** Tokens that the faucet gives away, on networks that have one. */
  readonly faucetPot: bigint
}

/** The usual price and reward pot; nothing to give away. */
export const GENESIS_DEFAULTS = {
  unitPrice: 30n * TOKEN,
  rewardPot: 477_000_000n * TOKEN,
  faucetPot: 0n,
}

/** Every slot has an author: a quarter of them drawn, the rest in turn, so that blocks come at an even pace. */
const PRIMARY_SHARE = [1n, 4n] as const

/** Writes block 0. @throws RangeError for a set without validators or with one of them twice. */
export function writeGenesis(
  runtime: CessRuntime,
  config: GenesisConfig,
  state: Externalities,
): void {
  const { validators } = config
  if (validators.length === 0) throw new RangeError('a network begins with one validator at least')
  if (new Set(validators.map((v) => v.account)).size !== validators.length)
    throw new RangeError('a validator is listed twice')
  buildGenesis(
    runtime,
    {
      Balances: { balances: config.balances },
      Babe: {
        authorities: validators.map((v) => [v.keys.babe, 1n]),
        c: PRIMARY_SHARE,
        allowedSlots: 'PrimaryAndSecondaryVRFSlots',
      },
      Grandpa: { authorities: validators.map((v) => v.keys.grandpa) },
      Session: { validators: validators.map((v) => [v.account, v.keys]) },
      Sudo: config.sudo ? { key: config.sudo } : {},
      CessTreasury: { rewardPot: config.rewardPot },
      StorageHandler: { unitPrice: config.unitPrice },
      Sminer: { faucet: config.faucetPot },
    },
    state,
  )
}
