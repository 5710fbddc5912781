import type { Clock } from '@cess/ports'
import { codeOf, GatewayError } from '../errors.ts'
import type { Exchange } from './exchange.ts'

export interface BodyLimits {
  readonly clock: Clock
  /** Most bytes that may come. */
  readonly most: number
  /** Longest silence. */
  readonly idleMs: number
  /** Least bytes a second, on average, after the first minute. */
  readonly slowest: number
}

const CHECK_MS = 5_000
const GRACE_MS = 60_000

const broken = (): GatewayError =>
  new GatewayError(
    'INCOMPLETE',
    'The connection broke before the whole body had come. Send it again, or go on where it stopped with PUT /resume.',
  )

/**
 * The body of a request, bounded in size, silence and slowness. It can be left early: the connection stays, so that an
 * answer can be sent.
 * @throws GatewayError TOO_LARGE, TOO_SLOW, INCOMPLETE, or the reason of the exchange's signal
 */
export async function* bodyOf(
  { request, signal, begin }: Exchange,
  { clock, most, idleMs, slowest }: BodyLimits,
): AsyncGenerator<Uint8Array, void> {
  begin()
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => undefined)
  const started = clock.now()
  let [bytes, last] = [0, started]
  let waiting = true

  const tooSlow = (why: string): GatewayError =>
    new GatewayError('TOO_SLOW', `The upload was stopped: ${why}. Go on with PUT /resume.`)
  function watch(): void {
    const now = clock.now()
    // What our own disk takes its time for is not the client's fault.
    if (waiting && now - last > idleMs) ended.reject(tooSlow(`nothing came for ${idleMs / 1000} s`))
    else if (now - started > GRACE_MS && (bytes * 1000) / (now - started) < slowest)
      ended.reject(tooSlow(`it is slower than ${slowest} bytes a second`))
    timer = clock.after(Math.min(CHECK_MS, idleMs), watch)
  }
  let timer = clock.after(Math.min(CHECK_MS, idleMs), watch)
  const stop = (): void => ended.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const chunks = request.iterator({ destroyOnReturn: false })
  try {
    if (signal.aborted) throw signal.reason
    for (;;) {
      const next = await Promise.race([chunks.next(), ended.promise])
      if (next.done) return
      const chunk = next.value as Uint8Array
      waiting = false
      bytes += chunk.length
      if (bytes > most)
        throw new GatewayError('TOO_LARGE', `The body is longer than ${most} bytes.`, {
          limit: most,
        })
      yield chunk
      last = clock.now()
      waiting = true
    }
  } catch (error) {
    if (error instanceof GatewayError) throw error
    if (codeOf(error) === 'ECONNRESET' || request.destroyed) throw broken()
    throw error
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', stop)
    // Not awaited: a read may be pending until the connection ends.
    if (!request.complete) chunks.return?.()?.catch(() => undefined)
  }
}
