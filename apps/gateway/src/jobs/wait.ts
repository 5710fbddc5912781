import type { Clock } from '@cess/ports'

/** Milliseconds until the next attempt: doubling from `first` up to `most`. */
export const backoff = (attempt: number, first = 1_000, most = 30_000): number =>
  Math.min(most, first * 2 ** Math.min(attempt, 20))

/** A signal that aborts with `reason` after `ms`, or with `parent`. `end` takes the timer back. */
export function deadline(
  clock: Clock,
  ms: number,
  reason: () => Error,
  parent: AbortSignal,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const own = new AbortController()
  const timer = clock.after(ms, () => own.abort(reason()))
  return { signal: AbortSignal.any([own.signal, parent]), end: () => timer.cancel() }
}
