import { createProxyRole, type ProxyRole, sealKeyOf } from '@cess/proxy'
import { proxyStateOf } from '@cess/sdk'
import type { GatewayContext } from '../context.ts'

/**
 * A gateway that re-encrypts for others.
 * @param identity seed of the gateway's libp2p key: the key that fragments are sealed to comes from it.
 */
export function createGatewayProxy(
  { chain, account, pair, logger, random }: GatewayContext,
  identity: Uint8Array,
  db: Parameters<typeof createProxyRole>[0]['db'],
): ProxyRole {
  const { Reencryption } = chain.tx
  const send = async (call: Parameters<typeof chain.submit>[1]): Promise<void> =>
    void (await chain.submit(pair, call, { until: 'inBlock' }))
  return createProxyRole({
    chain: {
      genesis: Uint8Array.fromHex(chain.genesisHash.slice(2)),
      state: async () => proxyStateOf(await chain.finalized()),
      eligible: async () => (await (await chain.finalized()).query.Oss.Oss(account)) !== undefined,
      register: (sealKey) => send(Reencryption.register_proxy({ sealKey })),
      changeKey: (sealKey) => send(Reencryption.set_seal_key({ sealKey })),
      acknowledge: (grant) => send(Reencryption.acknowledge({ grant })),
      answerAudit: (share) => send(Reencryption.answer_audit({ share })),
    },
    ...{ account, pair, random, logger, db },
    sealKey: sealKeyOf(identity),
  })
}
