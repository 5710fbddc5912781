import type { Logger } from '@cess/ports'
import { pino } from 'pino'

const port = (log: pino.Logger): Logger => ({
  debug: (fields, message) => log.debug(fields, message),
  info: (fields, message) => log.info(fields, message),
  warn: (fields, message) => log.warn(fields, message),
  error: (fields, message) => log.error(fields, message),
  child: (fields) => port(log.child(fields)),
})

/** JSON lines on standard error; standard output is for what was asked for. */
export const createLog = (level: string): Logger =>
  port(pino({ level, base: null }, pino.destination({ fd: 2, sync: true })))
