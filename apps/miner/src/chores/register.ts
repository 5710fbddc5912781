import type { AccountId } from '@cess/bytes'
import { equal, fromHex } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import { peerIdBytes } from '@cess/network'
import type { ChainState, Registration } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'
import { FEE_RESERVE, tokens, tokensAtLeast } from '../tokens.ts'

/** How this miner stands with the chain, for people. */
export type Standing =
  | { readonly phase: 'starting' }
  | { readonly phase: 'unfunded'; readonly why: string }
  | { readonly phase: 'registered' }
  | { readonly phase: 'frozen'; readonly why: string }
  | { readonly phase: 'out of service'; readonly why: string }

export interface Registrar {
  /** One look, and what has to be done about it. */
  check(): Promise<void>
  standing(): Standing
  /** Resolves when the miner is registered with its endpoint. Never rejects. */
  readonly registered: Promise<void>
}

export interface RegistrarOptions {
  readonly peerId: string
  /** The multiaddress that gateways reach us under; asked anew at every look. */
  readonly endpoint: () => string
  readonly beneficiary: AccountId
  readonly tib: number
}

const OUT: Readonly<Record<string, string>> = {
  lock: 'The miner is leaving. When its lock is over, withdraw the collateral with `cess-miner exit --withdraw`.',
  exit: 'The miner has left.',
  offline:
    'The chain has taken the miner out of service after missed audits. Its collateral pays for what it owes; register another account to serve again.',
}

/** Registers the miner, keeps its address on chain true, and says what is wrong when it cannot. */
export function createRegistrar(ctx: MinerContext, options: RegistrarOptions): Registrar {
  const { chain, account, pair, logger } = ctx
  const registered = Promise.withResolvers<void>()
  const peerId = peerIdBytes(options.peerId)
  let standing: Standing = { phase: 'starting' }

  function stand(next: Standing): void {
    const why = 'why' in next ? next.why : undefined
    const before = 'why' in standing ? standing.why : undefined
    if (next.phase !== standing.phase || why !== before) {
      if (why) logger.warn({ phase: next.phase }, why)
      else logger.info({ phase: next.phase }, `miner is ${next.phase}`)
    }
    standing = next
  }

  /** Whether the account could pay. */
  async function register(state: ChainState): Promise<boolean> {
    const collateral = chain.collateralPerTib * BigInt(options.tib)
    const free = await state.balance(account)
    if (free < collateral + FEE_RESERVE) {
      const address = ss58Encode(fromHex(account))
      const short = tokensAtLeast(collateral + FEE_RESERVE - free)
      const why = `Registering ${options.tib} TiB takes ${tokens(collateral)} tokens as collateral and some for fees; the account has ${tokens(free)}. Send at least ${short} tokens to ${address}. The miner waits and goes on by itself.`
      stand({ phase: 'unfunded', why })
      return false
    }
    const { beneficiary } = options
    const { tib } = options
    await chain.submit(pair, { type: 'register', beneficiary, peerId, collateral, tib })
    return true
  }

  /** What a frozen miner owes, and how to pay it. */
  function thaw({ declared, collateral, debt }: Registration): string {
    const required = chain.collateralPerTib * (declared >> 40n)
    const short = required - collateral + debt
    return `The chain has taken penalties: of ${tokens(required)} tokens of collateral ${tokens(collateral)} are left, and ${tokens(debt)} are owed. No new files come until that is made good: cess-miner increase-collateral --tokens ${tokensAtLeast(short)}`
  }

  return {
    registered: registered.promise,
    standing: () => standing,
    async check() {
      const state = await chain.best()
      const held = await state.registration(account)
      const why = held && OUT[held.state]
      if (why) return stand({ phase: 'out of service', why })
      if (!held && !(await register(state))) return
      if (held && !equal(held.peerId, peerId))
        await chain.submit(pair, { type: 'setPeerId', peerId })
      const endpoint = options.endpoint()
      if ((await state.endpoint(account)) !== endpoint)
        await chain.submit(pair, { type: 'setEndpoint', endpoint })
      registered.resolve()
      if (held?.state === 'frozen') stand({ phase: 'frozen', why: thaw(held) })
      else stand({ phase: 'registered' })
    },
  }
}
