import { type GatewayVersion, SdkError } from '@cess/sdk'
import type { Cli } from '../cli.ts'

/** The gateway in use, once it is clear that it works on the same chain as the node. @throws SdkError WRONG_GATEWAY */
export async function checkGateway(cli: Cli): Promise<GatewayVersion> {
  const [chain, version] = await Promise.all([cli.chain(), cli.gateway().version(cli.signal)])
  if (version.genesisHash !== chain.genesisHash)
    throw new SdkError(
      'WRONG_GATEWAY',
      `The gateway ${cli.gateway().url} works on another network than your node. Name one of the network ${chain.chainName} with --gateway, or another node with --node.`,
    )
  return version
}
