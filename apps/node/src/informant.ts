import type { Chain, ChainEvent } from '@cess/chain'
import type { Clock, Logger, Timer } from '@cess/ports'
import type { Sync } from '@cess/sync'

/** Time between two lines of status, as Substrate's informant has it. */
const EVERY_MS = 5_000

interface Informed {
  readonly chain: Pick<Chain, 'info' | 'subscribe'>
  readonly sync: Pick<Sync, 'status' | 'peers'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Tells whoever reads the log how the node is doing: each new block, and every few seconds where it stands. */
export function createInformant({ chain, sync, clock, logger }: Informed) {
  let timer: Timer | undefined
  let leave: (() => void) | undefined
  let before = { at: 0, best: 0 }

  function tell(event: ChainEvent): void {
    if (event.type !== 'imported') return
    const { hash, header, origin, best, retracted } = event
    const { number } = header
    if (origin === 'own') logger.info({ number, hash }, 'Authored a block.')
    else if (best && sync.status().state === 'idle')
      logger.info({ number, hash }, 'Imported a block.')
    if (best && retracted.length > 0)
      logger.info({ number, hash, blocks: retracted.length }, 'The best chain is another one now.')
  }
  function status(): void {
    const { bestNumber: best, finalizedNumber: final } = chain.info()
    const { state, target } = sync.status()
    const peers = sync.peers().length
    const now = clock.now()
    const perSecond = ((best - before.best) * 1000) / (now - before.at)
    if (state === 'syncing')
      logger.info({ peers, best, final, target, blocksPerSecond: perSecond.toFixed(1) }, 'Syncing.')
    else logger.info({ peers, best, final }, 'Idle.')
    before = { at: now, best }
    timer = clock.after(EVERY_MS, status)
  }
  return {
    start(): void {
      before = { at: clock.now(), best: chain.info().bestNumber }
      leave = chain.subscribe(tell)
      timer = clock.after(EVERY_MS, status)
    },
    stop(): void {
      timer?.cancel()
      leave?.()
    },
  }
}
