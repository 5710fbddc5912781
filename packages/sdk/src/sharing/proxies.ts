import { type AccountId, fromUtf8 } from '@cess/bytes'
import type { Clock, Random } from '@cess/ports'
import type { RoleState } from '@cess/proxy'
import type { ChainClient } from '../chain/client.ts'
import type { ChainView } from '../chain/reader.ts'
import { createGatewayClient, type GatewayClient } from '../gateway/client.ts'
import type { OpenSharedOptions } from './shared.ts'

/** Finalized state as proxies look at it. */
export async function proxyStateOf({ query }: ChainView): Promise<RoleState> {
  const { Reencryption, System } = query
  return {
    number: await System.Number(),
    grant: (id) => Reencryption.Grants(id),
    commitments: (id, proxy) => Reencryption.Commitments(id, proxy),
    sealed: (id, proxy) => Reencryption.Sealed(id, proxy),
    epoch: (owner, file) => Reencryption.FileEpoch(owner, file),
    audit: () => Reencryption.OpenAudit(),
    sealKey: async (account) => (await Reencryption.Proxies(account))?.sealKey,
    async *placesOf(account) {
      for await (const [[, id]] of Reencryption.PlacesOf.entries(account)) yield id
    },
  }
}

/** Address of a gateway, as it has registered it. */
async function addressOf(
  chain: Pick<ChainClient, 'finalized'>,
  account: AccountId,
): Promise<string | undefined> {
  const found = await (await chain.finalized()).query.Oss.Oss(account)
  if (!found) return undefined
  try {
    const { protocol, href } = new URL(fromUtf8(found.domain))
    return protocol === 'http:' || protocol === 'https:' ? href : undefined
  } catch {
    return undefined
  }
}

/**
 * Brings requests to proxies: to those that are gateways at the address that they have registered, to miners through
 * `gateway`. What any of them answers is checked by `openShared`.
 */
export const askProxies =
  (deps: {
    readonly chain: Pick<ChainClient, 'finalized'>
    readonly gateway: GatewayClient
    readonly clock: Clock
    readonly random: Random
    readonly signal?: AbortSignal
  }): OpenSharedOptions['ask'] =>
  async (proxy, request) => {
    const { chain, gateway, clock, random, signal } = deps
    const url = await addressOf(chain, proxy)
    const door = url === undefined ? gateway : createGatewayClient({ url, clock, random })
    return door.share(proxy, request, signal)
  }
