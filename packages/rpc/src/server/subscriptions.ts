import type { Subscription } from '../method.ts'

/** A subscription with the side that belongs to the server. */
export interface OpenSubscription extends Subscription {
  readonly notification: string
  /** The client knows the id now: sends what waited, and what comes from here on at once. */
  open(): void
  /** Ends it without sending anything more. */
  drop(): void
}

/** Notifications that wait until the client was told the id. More means that it never will be in time. */
const MAX_WAITING = 4096

export interface SubscriptionOptions {
  readonly id: string
  readonly notification: string
  send(text: string): void
  /** Called once when it has ended. */
  ended(): void
}

export function createSubscription(options: SubscriptionOptions): OpenSubscription {
  const { id, notification } = options
  let state: 'waiting' | 'closing' | 'open' | 'ended' = 'waiting'
  let waiting: string[] = []
  let onClose: (() => void)[] = []

  function end(): void {
    if (state === 'ended') return
    state = 'ended'
    waiting = []
    const runs = onClose
    onClose = []
    for (const run of runs) run()
    options.ended()
  }

  return {
    id,
    notification,
    push(result) {
      if (state === 'ended' || state === 'closing') return
      const text = JSON.stringify({
        jsonrpc: '2.0',
        method: notification,
        params: { subscription: id, result },
      })
      if (state === 'open') return options.send(text)
      waiting.push(text)
      if (waiting.length > MAX_WAITING) end()
    },
    onClose(run) {
      if (state === 'ended') run()
      else onClose.push(run)
    },
    close() {
      if (state === 'open') end()
      else if (state === 'waiting') state = 'closing'
    },
    open() {
      if (state === 'ended') return
      const closing = state === 'closing'
      state = 'open'
      const texts = waiting
      waiting = []
      for (const text of texts) options.send(text)
      if (closing) end()
    },
    drop: end,
  }
}
