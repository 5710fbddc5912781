import type { Methods } from '../method.ts'
import type { RpcServices } from '../services.ts'

/** The chain's identity, in the names of the new JSON-RPC specification. */
export const chainSpecMethods = ({ chain, spec }: RpcServices): Methods => ({
  chainSpec_v1_chainName: { run: () => spec.name },
  chainSpec_v1_genesisHash: { run: () => chain.genesisHash },
  chainSpec_v1_properties: { run: () => spec.properties },
})
