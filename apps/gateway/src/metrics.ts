import type { Counter, Gauge, Histogram, Metrics } from '@cess/ports'

/** What a gateway measures. */
export interface GatewayMetrics {
  /** Labels `method`, `status`. */
  readonly requests: Counter
  readonly bytesIn: Counter
  readonly bytesOut: Counter
  readonly uploads: Gauge
  readonly downloads: Gauge
  /** Label `state`. */
  readonly jobs: Gauge
  readonly placed: Counter
  readonly placeSeconds: Histogram
  readonly replaced: Counter
  /** Label `protocol`. */
  readonly minerErrors: Counter
  readonly tagged: Counter
  /** Label `from`: cache, spool, miner. */
  readonly fragments: Counter
  /** Label `fault`. */
  readonly faults: Counter
  readonly cacheBytes: Gauge
  readonly spoolBytes: Gauge
}

const SECONDS = [0.1, 0.3, 1, 3, 10, 30, 100, 300] as const

export const gatewayMetrics = (m: Metrics): GatewayMetrics => ({
  requests: m.counter('cess_gateway_requests_total', 'HTTP requests.', ['method', 'status']),
  bytesIn: m.counter('cess_gateway_received_bytes_total', 'Bytes of uploads received.'),
  bytesOut: m.counter('cess_gateway_sent_bytes_total', 'Bytes of files sent to readers.'),
  uploads: m.gauge('cess_gateway_uploads', 'Uploads under way.'),
  downloads: m.gauge('cess_gateway_downloads', 'Downloads under way.'),
  jobs: m.gauge('cess_gateway_jobs', 'Files on their way, by state.', ['state']),
  placed: m.counter('cess_gateway_placed_bytes_total', 'Bytes of fragments that miners took.'),
  placeSeconds: m.histogram(
    'cess_gateway_place_seconds',
    'From the declaration of a file until all its miners have it.',
    SECONDS,
  ),
  replaced: m.counter('cess_gateway_replaced_miners_total', 'Miners of deals that were replaced.'),
  minerErrors: m.counter('cess_gateway_miner_errors_total', 'Exchanges with miners that failed.', [
    'protocol',
  ]),
  tagged: m.counter('cess_gateway_tagged_fragments_total', 'Fragments whose tags a miner took.'),
  fragments: m.counter('cess_gateway_fragments_read_total', 'Fragments read, by source.', ['from']),
  faults: m.counter('cess_gateway_fragment_faults_total', 'Fragments that were not good.', [
    'fault',
  ]),
  cacheBytes: m.gauge('cess_gateway_cache_bytes', 'Bytes in the cache.'),
  spoolBytes: m.gauge('cess_gateway_spool_bytes', 'Bytes in the spool.'),
})
