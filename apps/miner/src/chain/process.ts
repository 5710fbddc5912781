import type { Clock } from '@cess/ports'
import type { ChainState, MinerChain } from './port.ts'

/** Milliseconds that all miners of a process share one look at the chain. */
const SHARED_MS = 500

/** The chain for the many miners of one process: looks at the head are shared. */
export function sharedChain(chain: MinerChain, clock: Clock): MinerChain {
  /** Grows whenever the head is known to have moved. */
  let news = 0
  function shared(look: () => Promise<ChainState>): () => Promise<ChainState> {
    let held: { at: number; news: number; state: Promise<ChainState> } | undefined
    return () => {
      if (held && held.news === news && clock.now() < held.at + SHARED_MS) return held.state
      const mine = { at: clock.now(), news, state: look() }
      held = mine
      mine.state.catch(() => {
        if (held === mine) held = undefined
      })
      return mine.state
    }
  }
  return {
    ...chain,
    best: shared(() => chain.best()),
    finalized: shared(() => chain.finalized()),
    follow: (listener) =>
      chain.follow((block) => {
        news++
        return listener(block)
      }),
    async submit(pair, call) {
      const block = await chain.submit(pair, call)
      news++
      return block
    },
  }
}

/** The chain for one miner: nothing waits for it once the miner stops. */
export function stoppableChain(chain: MinerChain, signal: AbortSignal): MinerChain {
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
    submit: (pair, call) => unlessStopped(chain.submit(pair, call)),
  }
}
