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

/** The chain for a gateway that may stop at any time: nothing waits for it then. */
export function stoppable(chain: GatewayChain, signal: AbortSignal): GatewayChain {
  const unlessStopped = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    })
  return {
    ...chain,
    best: () => unlessStopped(chain.best()),
    finalized: () => unlessStopped(chain.finalized()),
    events: (hash) => unlessStopped(chain.events(hash)),
    submit: (...args) => unlessStopped(chain.submit(...args)),
  }
}
