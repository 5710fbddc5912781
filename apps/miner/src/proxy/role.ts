import { StorageRefusal } from '@cess/network'
import { createProxyRole, ProxyError, type ProxyRole, sealKeyOf } from '@cess/proxy'
import type { MinerContext } from '../context.ts'

/** What a proxy refuses, as the storage protocols say it. */
const refusal = (error: ProxyError): StorageRefusal =>
  new StorageRefusal(
    error.code === 'BAD_REQUEST'
      ? 'Invalid'
      : error.code === 'NOT_HERE' || error.code === 'NO_GRANT'
        ? 'NotFound'
        : 'NotExpected',
    error.message,
  )

/**
 * A miner that re-encrypts for others.
 * @param identity seed of the miner's libp2p key: the key that fragments are sealed to comes from it.
 */
export function createMinerProxy(ctx: MinerContext, identity: Uint8Array): ProxyRole {
  const { chain, account, pair, logger, random } = ctx
  const send = async (call: Parameters<typeof chain.submit>[1]): Promise<void> =>
    void (await chain.submit(pair, call))
  const role = createProxyRole({
    chain: {
      genesis: Uint8Array.fromHex(chain.genesisHash.slice(2)),
      state: () => chain.sharing(),
      // Miners out of service cannot be proxies: the chain says when it is time.
      eligible: async () =>
        (await (await chain.finalized()).registration(account))?.state === 'positive',
      register: (sealKey) => send({ type: 'registerProxy', sealKey }),
      changeKey: (sealKey) => send({ type: 'setSealKey', sealKey }),
      acknowledge: (grant) => send({ type: 'acknowledge', grant }),
      answerAudit: (share) => send({ type: 'answerAudit', share }),
    },
    ...{ account, pair, random, logger },
    sealKey: sealKeyOf(identity),
    db: ctx.store.shares,
  })
  return {
    ...role,
    share: (request) =>
      role.share(request).catch((error: unknown) => {
        throw error instanceof ProxyError ? refusal(error) : error
      }),
  }
}
