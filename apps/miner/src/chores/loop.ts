import type { Clock, Logger } from '@cess/ports'
import { reasonOf } from '../errors.ts'

/** Work that is done again and again. */
export interface Loop {
  /** Does the work again as soon as it can. */
  wake(): void
  /** Resolves when the loop has ended; abort its signal first. */
  readonly ended: Promise<void>
}

export interface LoopOptions {
  readonly name: string
  readonly everyMs: number
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** Does `work` now, then every `everyMs` or when woken. A failure is logged and the next round tries again. */
export function startLoop(options: LoopOptions, work: () => Promise<void>): Loop {
  const { name, everyMs, clock, logger, signal } = options
  let woken = false
  let wakeUp: (() => void) | undefined
  let lastTrouble: string | undefined

  async function round(): Promise<void> {
    try {
      await work()
      lastTrouble = undefined
    } catch (error) {
      if (signal.aborted) return
      const reason = reasonOf(error)
      // The same trouble every few seconds is one piece of news.
      if (reason !== lastTrouble)
        logger.warn({ chore: name, reason }, 'could not finish; trying again')
      lastTrouble = reason
    }
  }

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.after(everyMs, resolve)
      wakeUp = () => {
        timer.cancel()
        resolve()
      }
    })

  async function run(): Promise<void> {
    while (!signal.aborted) {
      woken = false
      await round()
      if (signal.aborted) return
      if (!woken) await pause()
      wakeUp = undefined
    }
  }
  const wake = (): void => {
    woken = true
    wakeUp?.()
  }
  signal.addEventListener('abort', wake, { once: true })
  return { wake, ended: run() }
}
