import type { Counter, Gauge, Histogram, Metrics } from '@cess/ports'

/** What miners measure; each has the label `miner`. */
export interface MinerMetrics {
  readonly fragmentsStored: Counter
  readonly bytesStored: Counter
  readonly bytesServed: Counter
  /** Label `code`: why. */
  readonly refusals: Counter
  /** Label `outcome`. */
  readonly audits: Counter
  readonly usedBytes: Gauge
  readonly fragments: Gauge
  readonly damagedFragments: Gauge
}

export function minerMetrics(metrics: Metrics): MinerMetrics {
  const by = ['miner']
  return {
    fragmentsStored: metrics.counter(
      'cess_miner_fragments_stored_total',
      'Fragments taken and stored.',
      by,
    ),
    bytesStored: metrics.counter('cess_miner_stored_bytes_total', 'Bytes taken and stored.', by),
    bytesServed: metrics.counter('cess_miner_served_bytes_total', 'Bytes of fragments sent.', by),
    refusals: metrics.counter('cess_miner_refusals_total', 'Requests refused, by reason.', [
      ...by,
      'code',
    ]),
    audits: metrics.counter('cess_miner_audits_total', 'Audits, by how they ended.', [
      ...by,
      'outcome',
    ]),
    usedBytes: metrics.gauge('cess_miner_used_bytes', 'Bytes of fragments and tags on disk.', by),
    fragments: metrics.gauge('cess_miner_fragments', 'Fragments on disk.', by),
    damagedFragments: metrics.gauge(
      'cess_miner_damaged_fragments',
      'Fragments that should be here and are missing or damaged.',
      by,
    ),
  }
}

/** Metrics for several miners in one process: what has the same name is one metric. */
export function sharedMetrics(metrics: Metrics): Metrics {
  const made = new Map<string, Counter | Gauge | Histogram>()
  const once = <M extends Counter | Gauge | Histogram>(name: string, make: () => M): M => {
    const held = made.get(name) as M | undefined
    if (held) return held
    const fresh = make()
    made.set(name, fresh)
    return fresh
  }
  return {
    counter: (name, ...rest) => once(name, () => metrics.counter(name, ...rest)),
    gauge: (name, ...rest) => once(name, () => metrics.gauge(name, ...rest)),
    histogram: (name, ...rest) => once(name, () => metrics.histogram(name, ...rest)),
  }
}
