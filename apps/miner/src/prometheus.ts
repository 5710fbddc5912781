import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from '@cess/ports'
import * as prom from 'prom-client'

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/** The metrics port on prom-client. Miners of one process share what has the same name. */
export function createMetrics(): { metrics: Metrics; registry: prom.Registry } {
  const registry = new prom.Registry()
  const registers = [registry]
  const once = <M>(name: string, make: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? make()
  const metrics: Metrics = {
    counter(name, help, labels = []) {
      const labelNames = [...labels]
      const counter = once(name, () => new prom.Counter({ name, help, labelNames, registers }))
      return { inc: (by = 1, values = {}) => counter.inc(values, by) }
    },
    gauge(name, help, labels = []) {
      const labelNames = [...labels]
      const gauge = once(name, () => new prom.Gauge({ name, help, labelNames, registers }))
      return { set: (value, values = {}) => gauge.set(values, value) }
    },
    histogram(name, help, buckets, labels = []) {
      const o = { name, help, buckets: [...buckets], labelNames: [...labels], registers }
      const histogram = once(name, () => new prom.Histogram(o))
      return { observe: (value, values = {}) => histogram.observe(values, value) }
    },
  }
  prom.collectDefaultMetrics({ register: registry })
  return { metrics, registry }
}

/** Serves `/metrics` in Prometheus's text format. */
export async function serveMetrics(
  registry: prom.Registry,
  host: string,
  port: number,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (body) => response.writeHead(200, { 'content-type': registry.contentType }).end(body),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
