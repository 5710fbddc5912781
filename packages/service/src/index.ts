/** The shell around a program: options, logs, metrics, and stopping in order. */
export { withConfigFile } from './config.ts'
export {
  createLogger,
  type LogFormat,
  type LogLevel,
  type LogOptions,
  logOptions,
} from './logger.ts'
export { createMetrics, type MetricsServer, serveMetrics } from './metrics.ts'
export { exitCode, runService, type Service } from './run.ts'
