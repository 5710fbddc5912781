import { equal } from '@cess/bytes'
import { StorageRefusal } from '@cess/network'
import { createProxyService, ProxyError, sealKeyOf, shareAnswer, shareRequest } from '@cess/proxy'
import { decode, encode } from '@cess/scale'
import type { MinerEvent, SharingState } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'

/** A miner that re-encrypts for others. */
export interface ProxyRole {
  /** One look, and what has to be done: to become a proxy, to take fragments, to answer an audit, to forget. */
  check(): Promise<void>
  /** Whether an event is a reason to look. */
  concerns(event: MinerEvent): boolean
  /** An encoded share for an encoded request. @throws StorageRefusal */
  share(request: Uint8Array): Promise<Uint8Array>
}

const PALLET = 'Reencryption.'

/** @param identity seed of the miner's libp2p key: the key that fragments are sealed to comes from it. */
export function createProxyRole(ctx: MinerContext, identity: Uint8Array): ProxyRole {
  const { chain, account, pair, logger, random } = ctx
  const sealKey = sealKeyOf(identity)
  const service = createProxyService({
    chain: {
      genesis: Uint8Array.fromHex(chain.genesisHash.slice(2)),
      final: () => chain.sharing(),
      acknowledge: async (grant) => void (await chain.submit(pair, { type: 'acknowledge', grant })),
      answerAudit: async (share) => void (await chain.submit(pair, { type: 'answerAudit', share })),
    },
    ...{ account, pair, sealKey, random, logger },
    db: ctx.store.shares,
  })
  /** Grants that it serves: nothing is to be done for them until they end. */
  const served = new Set<number>()
  /** Seed of the last audit that was answered. */
  let answered: string | undefined

  /** Whether this miner is a proxy. */
  async function enrol(): Promise<boolean> {
    const state = await chain.sharing()
    const known = await state.sealKey(account)
    if (!known) {
      // Miners out of service cannot be proxies: the chain says when it is time.
      const registration = await (await chain.finalized()).registration(account)
      if (registration?.state !== 'positive') return false
      await chain.submit(pair, { type: 'registerProxy', sealKey: sealKey.publicKey })
      logger.info({}, 'the miner re-encrypts for others from now on')
    } else if (!equal(known, sealKey.publicKey))
      await chain.submit(pair, { type: 'setSealKey', sealKey: sealKey.publicKey })
    return true
  }

  async function audit(state: SharingState): Promise<void> {
    const seed = (await state.audit())?.seed.toHex()
    if (seed === undefined || seed === answered) return
    await service.audit()
    answered = seed
  }

  return {
    concerns: ({ name }) => name.startsWith(PALLET),
    async check() {
      if (!(await enrol())) return
      const state = await chain.sharing()
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
        throw new StorageRefusal('Invalid', 'The request of a share could not be decoded.')
      }
      try {
        return encode(shareAnswer, await service.answer(asked))
      } catch (error) {
        if (error instanceof ProxyError)
          throw new StorageRefusal(
            error.code === 'NOT_HERE' || error.code === 'NO_GRANT' ? 'NotFound' : 'NotExpected',
            error.message,
          )
        throw error
      }
    },
  }
}
