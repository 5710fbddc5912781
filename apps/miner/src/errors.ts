export type MinerErrorCode =
  | 'CONFIG'
  | 'KEY'
  | 'DATA_DIR'
  | 'NOT_RUNNING'
  | 'FULL'
  | 'MISSING'
  | 'CORRUPT'
  | 'WORKER'
  | 'STOPPED'
  | 'CHAIN'

/** What went wrong in a miner. `code` is stable; the message says what happened, why, and what to do. */
export class MinerError extends Error {
  readonly code: MinerErrorCode
  constructor(code: MinerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'MinerError'
    this.code = code
  }
}

/** The sentence of anything that was thrown. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** The code of a typed or system error, or undefined. */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
