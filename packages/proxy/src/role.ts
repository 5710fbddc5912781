import { type AccountId, equal } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { Logger, Random } from '@cess/ports'
import type { DelegatingKey } from '@cess/reencryption'
import { decode, encode } from '@cess/scale'
import { ProxyError } from './errors.ts'
import type { FinalState, ProxyChain } from './port.ts'
import { shareAnswer, shareRequest } from './request.ts'
import { createProxyService } from './service.ts'
import type { FragmentDb } from './store.ts'

/** Finalized state, as far as a program needs it to be a proxy. */
export interface RoleState extends FinalState {
  /** Key that fragments are sealed to, of an account that is a proxy. */
  sealKey(account: AccountId): Promise<Uint8Array | undefined>
  /** Grants that an account has a place in. */
  placesOf(account: AccountId): AsyncIterable<number>
}

/** What a program does on chain to be a proxy. */
export interface RoleChain extends Pick<ProxyChain, 'genesis' | 'acknowledge' | 'answerAudit'> {
  state(): Promise<RoleState>
  /** Whether the account may become a proxy now: a miner in service, or a registered gateway. */
  eligible(): Promise<boolean>
  register(sealKey: Uint8Array): Promise<void>
  changeKey(sealKey: Uint8Array): Promise<void>
}

export interface ProxyRoleOptions {
  readonly chain: RoleChain
  readonly account: AccountId
  readonly pair: KeyPair
  /** The key that fragments are sealed to: `sealKeyOf`. */
  readonly sealKey: DelegatingKey
  readonly random: Random
  readonly logger: Logger
  readonly db: FragmentDb
}

/** A program that re-encrypts for others. */
export interface ProxyRole {
  /** One look, and what has to be done: to become a proxy, to take fragments, to answer an audit, to forget. */
  check(): Promise<void>
  /** Whether an event is a reason to look. */
  concerns(event: { readonly name: string }): boolean
  /** An encoded share for an encoded request. @throws ProxyError */
  share(request: Uint8Array): Promise<Uint8Array>
}

const PALLET = 'Reencryption.'

/** The role as miners and gateways play it. */
export function createProxyRole(options: ProxyRoleOptions): ProxyRole {
  const { chain, account, pair, sealKey, random, logger, db } = options
  const { genesis, acknowledge, answerAudit } = chain
  const service = createProxyService({
    chain: { genesis, final: chain.state, acknowledge, answerAudit },
    ...{ account, pair, sealKey, random, logger, db },
  })
  /** Grants that it serves: nothing is to be done for them until they end. */
  const served = new Set<number>()
  /** Seed of the last audit that was answered. */
  let answered: string | undefined

  /** Whether this account is a proxy. */
  async function enrol(state: RoleState): Promise<boolean> {
    const known = await state.sealKey(account)
    if (!known) {
      if (!(await chain.eligible())) return false
      await chain.register(sealKey.publicKey)
      logger.info({}, 'It re-encrypts for others from now on')
    } else if (!equal(known, sealKey.publicKey)) await chain.changeKey(sealKey.publicKey)
    return true
  }

  async function audit(state: RoleState): Promise<void> {
    const seed = (await state.audit())?.seed.toHex()
    if (seed === undefined || seed === answered) return
    await service.audit()
    answered = seed
  }

  return {
    concerns: ({ name }) => name.startsWith(PALLET),
    async check() {
      if (!(await enrol(await chain.state()))) return
      const state = await chain.state()
      // What goes wrong with one grant must not keep the others, or the audit, from their turn.
      const troubles: unknown[] = []
      const each = async (
        grant: number,
        run: (grant: number) => Promise<unknown>,
      ): Promise<void> => {
        await run(grant).catch((error: unknown) => troubles.push(error))
      }
      const here = new Set<number>()
      for await (const grant of state.placesOf(account)) here.add(grant)
      for (const grant of here)
        if (!served.has(grant))
          await each(grant, async () => {
            if (await service.take(grant)) served.add(grant)
          })
      for (const grant of await Array.fromAsync(service.held()))
        if (!here.has(grant)) {
          served.delete(grant)
          await each(grant, service.forget)
        }
      await audit(state)
      if (troubles.length > 0) throw troubles[0]
    },
    async share(request) {
      let asked: Parameters<typeof service.answer>[0]
      try {
        asked = decode(shareRequest, request)
      } catch {
        throw new ProxyError('BAD_REQUEST', 'The request of a share could not be decoded.')
      }
      return encode(shareAnswer, await service.answer(asked))
    },
  }
}
