/** A place that was given; `free` lets the next one in and is harmless the second time. */
export interface Slot {
  free(): void
}

/** So much at the same time and no more; whoever waits longest goes next. */
export interface Semaphore {
  /** Waits for `weight` of the capacity (1 unless given, never more than all of it). Rejects with the signal's reason. */
  take(weight?: number, signal?: AbortSignal): Promise<Slot>
  /** Undefined when it would have to wait. */
  tryTake(weight?: number): Slot | undefined
  /** Capacity in use, and how many wait. */
  readonly used: number
  readonly waiting: number
}

interface Waiter {
  readonly weight: number
  readonly enter: (slot: Slot) => void
}

export function createSemaphore(capacity: number): Semaphore {
  let used = 0
  const queue: Waiter[] = []

  const give = (weight: number): Slot => {
    used += weight
    let held = true
    return {
      free() {
        if (!held) return
        held = false
        used -= weight
        next()
      },
    }
  }
  const fits = (weight: number): boolean => used + weight <= capacity
  function next(): void {
    // Strictly in order: a large one must not starve behind small ones.
    while (queue[0] && fits(queue[0].weight)) {
      const { weight, enter } = queue.shift()!
      enter(give(weight))
    }
  }

  return {
    get used() {
      return used
    },
    get waiting() {
      return queue.length
    },
    tryTake(weight = 1) {
      const capped = Math.min(weight, capacity)
      return queue.length === 0 && fits(capped) ? give(capped) : undefined
    },
    take(weight = 1, signal) {
      const capped = Math.min(weight, capacity)
      if (signal?.aborted) return Promise.reject(signal.reason)
      if (queue.length === 0 && fits(capped)) return Promise.resolve(give(capped))
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          weight: capped,
          enter(slot) {
            signal?.removeEventListener('abort', leave)
            resolve(slot)
          },
        }
        const leave = (): void => {
          const at = queue.indexOf(waiter)
          if (at >= 0) queue.splice(at, 1)
          reject(signal?.reason)
          next()
        }
        signal?.addEventListener('abort', leave, { once: true })
        queue.push(waiter)
      })
    },
  }
}
