import { type Clock, noMetrics, silentLogger, systemClock } from '@cess/ports'
import { createNetwork, type NetworkOptions } from '../../src/index.ts'

export type Limits = NonNullable<NetworkOptions['limits']>
/** A node on loopback, not started; `n` is its identity. */
export const make = (n: number, clock: Clock = systemClock, limits: Limits = {}) =>
  createNetwork({
    identity: new Uint8Array(32).fill(n),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootnodes: [],
    clock,
    logger: silentLogger,
    metrics: noMetrics,
    limits,
  })
