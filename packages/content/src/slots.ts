/** A limit on what runs at the same time; whoever waits longest goes next. */
export interface Slots {
  take(): Promise<Slot>
}
interface Slot {
  /** Lets the next one in; harmless the second time. */
  free(): void
}

/** @throws RangeError for less than one slot: nothing would ever run. */
export function createSlots(count: number): Slots {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} slots let nothing run`)
  let open = count
  const waiting: ((slot: Slot) => void)[] = []
  const slot = (): Slot => {
    let held = true
    return {
      free: () => {
        if (!held) return
        held = false
        const next = waiting.shift()
        if (next) next(slot())
        else open++
      },
    }
  }
  return {
    take: () =>
      new Promise((resolve) => {
        if (open === 0) return void waiting.push(resolve)
        open--
        resolve(slot())
      }),
  }
}
