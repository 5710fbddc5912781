import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from '@cess/ports'
import client from 'prom-client'

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/** Metrics behind the port, kept by prom-client, with the process's own (memory, CPU, event loop). */
export function createMetrics(): { metrics: Metrics; registry: client.Registry } {
  const registry = new client.Registry()
  client.collectDefaultMetrics({ register: registry })
  const common = (name: string, help: string, labels: readonly string[] = []) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  const metrics: Metrics = {
    counter(name, help, labels) {
      const one = new client.Counter(common(name, help, labels))
      return { inc: (by = 1, values = {}) => one.inc(values, by) }
    },
    gauge(name, help, labels) {
      const one = new client.Gauge(common(name, help, labels))
      return { set: (value, values = {}) => one.set(values, value) }
    },
    histogram(name, help, buckets, labels) {
      const one = new client.Histogram({ ...common(name, help, labels), buckets: [...buckets] })
      return { observe: (value, values = {}) => one.observe(values, value) }
    },
  }
  return { metrics, registry }
}

/** Serves `GET /metrics` in Prometheus's text format. Port 0 takes any. */
export async function serveMetrics(
  registry: client.Registry,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end('Metrics are at /metrics.\n')
      return
    }
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType }).end(text)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
