type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** Structured log: fields first, then a sentence. Secrets never go in. */
export interface Logger {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
  child(fields: Readonly<Record<string, unknown>>): Logger
}

const nothing: Write = () => undefined

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
}
