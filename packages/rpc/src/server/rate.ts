import type { Clock } from '@cess/ports'
import type { RpcLimits } from './limits.ts'

/** A token bucket that may go into debt: what was asked is paid for afterwards. */
export interface Bucket {
  spend(cost: number): void
  /** Milliseconds until the debt is paid; 0 when there is none. */
  delay(): number
}

export function createBucket(
  clock: Clock,
  { burst, callsPerSecond }: Pick<RpcLimits, 'burst' | 'callsPerSecond'>,
): Bucket {
  let tokens = burst
  let at = clock.now()
  const refill = (): void => {
    const now = clock.now()
    tokens = Math.min(burst, tokens + ((now - at) * callsPerSecond) / 1000)
    at = now
  }
  return {
    spend(cost) {
      refill()
      tokens -= cost
    },
    delay() {
      refill()
      return tokens > 0 ? 0 : Math.ceil(((1 - tokens) * 1000) / callsPerSecond)
    },
  }
}
