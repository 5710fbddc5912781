import type { Clock } from '@cess/ports'
import type { ChainState, MinerChain } from './port.ts'

/** Milliseconds that all miners of a process share one look at the chain. */
const SHARED_MS = 500

/**
 * The chain for the many miners of one process: looks at the head are shared, and nothing waits for the chain
 * once the process stops.
 */
export function sharedChain(chain: MinerChain, clock: Clock, signal: AbortSignal): MinerChain {
  const unlessStopped = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    })
  function shared(look: () => Promise<ChainState>): () => Promise<ChainState> {
    let held: { readonly at: number; readonly state: Promise<ChainState> } | undefined
    return () => {
      if (held && clock.now() < held.at + SHARED_MS) return held.state
      const mine = { at: clock.now(), state: unlessStopped(look()) }
      held = mine
      mine.state.catch(() => {
        if (held === mine) held = undefined
      })
      return mine.state
    }
  }
  return {
    genesisHash: chain.genesisHash,
    collateralPerTib: chain.collateralPerTib,
    best: shared(() => chain.best()),
    finalized: shared(() => chain.finalized()),
    follow: (listener) => chain.follow(listener),
    submit: (pair, call) => unlessStopped(chain.submit(pair, call)),
  }
}
