import type { Logger } from '@cess/ports'
import { Option } from 'commander'
import { pino } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
export type LogFormat = 'text' | 'json'

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  /** Where lines go; standard error unless told, so that standard output stays for results. */
  readonly write?: (line: string) => void
}

/** The flags that set `LogOptions`, the same in every program. */
export const logOptions = (): Option[] => [
  new Option('--log-level <level>', 'how much to log')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .env('CESS_LOG_LEVEL'),
  new Option('--log-format <format>', 'lines for people, or JSON for machines')
    .choices(['text', 'json'])
    .default('text')
    .env('CESS_LOG_FORMAT'),
]

const LEVELS: Readonly<Record<number, string>> = {
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
}

/** One line for people: time, level, sentence, then the fields. */
export function textLine(json: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown>
  const stamp = new Date(time as number).toISOString().slice(11, 23)
  const shown = Object.entries(fields).map(([name, value]) =>
    typeof value === 'object' ? `${name}=${JSON.stringify(value)}` : `${name}=${String(value)}`,
  )
  const error = (err as { message?: string } | undefined)?.message
  if (error) shown.push(`error=${JSON.stringify(error)}`)
  return `${stamp} ${(LEVELS[level as number] ?? '?').padEnd(5)} ${String(msg)}${shown.length ? `  ${shown.join(' ')}` : ''}\n`
}

/** A logger behind the port, written by pino. Errors under `error` keep message, code and stack. */
export function createLogger({ level, format, write }: LogOptions): Logger {
  const out = write ?? ((line: string) => void process.stderr.write(line))
  const sink = pino(
    { level, base: null, serializers: { err: pino.stdSerializers.err } },
    { write: (json: string) => out(format === 'json' ? json : textLine(json)) },
  )
  return wrap(sink)
}

function wrap(sink: pino.Logger): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error'): Logger['info'] =>
    ({ error, ...fields }, message) =>
      sink[level](error === undefined ? fields : { ...fields, err: error }, message)
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(sink.child(fields)),
  }
}
