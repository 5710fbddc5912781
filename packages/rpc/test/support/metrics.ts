import type { Metrics } from '@cess/ports'

export interface Recorded extends Metrics {
  /** What a metric stands at; labels in the order of their names. */
  value(name: string, labels?: Readonly<Record<string, string>>): number
}

const keyOf = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
  `${name}${JSON.stringify(Object.entries(labels).sort())}`

export function recordMetrics(): Recorded {
  const values = new Map<string, number>()
  const add = (key: string, by: number): void => void values.set(key, (values.get(key) ?? 0) + by)
  return {
    counter: (name) => ({ inc: (by = 1, labels) => add(keyOf(name, labels), by) }),
    gauge: (name) => ({ set: (value, labels) => void values.set(keyOf(name, labels), value) }),
    histogram: (name) => ({ observe: (_, labels) => add(keyOf(name, labels), 1) }),
    value: (name, labels) => values.get(keyOf(name, labels)) ?? 0,
  }
}

/** Lets input and output happen until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}
