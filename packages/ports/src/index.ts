/**
 * Interfaces to everything outside a pure computation: time, chance, disk and logging.
 * Below `apps/` nothing reads a clock, a random source, a file or a socket except through these.
 */
export type { Clock, Timer } from './clock.ts'
export { systemClock } from './clock.ts'
export type { Logger } from './logger.ts'
export { silentLogger } from './logger.ts'
export type { Counter, Gauge, Histogram, Metrics } from './metrics.ts'
export { noMetrics } from './metrics.ts'
export type { Random } from './random.ts'
export { systemRandom } from './random.ts'
export type { Batch, BatchOp, IterateOptions, KeyValueStore } from './store.ts'
export { VirtualClock } from './testing/clock.ts'
export { SeededRandom } from './testing/random.ts'
export { MemoryStore } from './testing/store.ts'
