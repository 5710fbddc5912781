import type { ChainClient } from '@cess/sdk'

/** What the gateway needs of the chain: a part of the SDK's client. */
export type GatewayChain = Pick<
  ChainClient,
  | 'genesisHash'
  | 'chainName'
  | 'tx'
  | 'rpc'
  | 'best'
  | 'finalized'
  | 'finalizedHead'
  | 'follow'
  | 'events'
  | 'submit'
>
