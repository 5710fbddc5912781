import { RuntimeTrap } from '@cess/primitives'
import { internalError, toRpcError } from '../../errors.ts'
import type { Subscription } from '../../method.ts'
import { notWaiting } from './errors.ts'

/** Operations that one subscription may have under way (the specification's minimum). */
const MAX_OPERATIONS = 16

/** Work whose results follow as events. Yields each event; between two of them it waits for the client. */
export type Work = Iterator<Record<string, unknown>, void>

/** Answers of `chainHead_v1_body`, `_call` and `_storage`. */
export type Started =
  | { readonly result: 'started'; readonly operationId: string; readonly discardedItems?: number }
  | { readonly result: 'limitReached' }

export interface Operations {
  /** Begins `work` when `later` says so, which is after the client was told of the operation. */
  start(work: () => Work, later: (run: () => void) => void): Started
  /** Goes on when `later` says so. @throws RpcError −32803 when the operation does not wait for the client */
  resume(id: string, later: (run: () => void) => void): void
  stop(id: string): void
  end(): void
}

/** What is wrong, in the specification's terms. */
function failure(error: unknown): Record<string, unknown> {
  if (error instanceof RuntimeTrap) return { event: 'operationError', error: error.message }
  // The state is pruned, or the block went with its fork.
  if (toRpcError(error)) return { event: 'operationInaccessible' }
  return { event: 'operationError', error: internalError().message }
}

export function createOperations(sub: Subscription): Operations {
  const running = new Map<string, { work: Work | undefined; isWaiting: boolean }>()
  let ids = 0

  /** Tells of events until the work is done or the client must ask for more. */
  function advance(id: string): void {
    const tell = (event: Record<string, unknown>): void => sub.push({ ...event, operationId: id })
    for (;;) {
      const operation = running.get(id)
      if (!operation?.work) return
      let event: Record<string, unknown>
      try {
        const { done, value } = operation.work.next()
        if (done) return void running.delete(id)
        event = value
      } catch (error) {
        running.delete(id)
        tell(failure(error))
        // What nobody foresaw goes to the log.
        if (!toRpcError(error)) throw error
        return
      }
      tell(event)
      if (event['event'] === 'operationWaitingForContinue') {
        operation.isWaiting = true
        return
      }
    }
  }

  return {
    start(work, later) {
      if (running.size >= MAX_OPERATIONS) return { result: 'limitReached' }
      const id = `op${++ids}`
      const operation = { work: undefined as Work | undefined, isWaiting: false }
      running.set(id, operation)
      later(() => {
        operation.work = work()
        advance(id)
      })
      return { result: 'started', operationId: id }
    },
    resume(id, later) {
      const operation = running.get(id)
      if (!operation) return
      if (!operation.isWaiting) throw notWaiting()
      operation.isWaiting = false
      later(() => advance(id))
    },
    stop: (id) => void running.delete(id),
    end: () => running.clear(),
  }
}
