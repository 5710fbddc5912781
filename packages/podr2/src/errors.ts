export type Podr2ErrorCode =
  | 'NOT_READY'
  | 'BAD_SEED'
  | 'BAD_LENGTH'
  | 'BAD_PARAMETERS'
  | 'BAD_TAG'
  | 'BAD_ROW'
  | 'NO_SUCH_CHUNK'
  | 'BAD_THREADS'
  | 'WORKER_FAILED'
  | 'CLOSED'

/** Why something was not tagged or proven; the message says what happened and what to do. */
export class Podr2Error extends Error {
  override readonly name = 'Podr2Error'
  readonly code: Podr2ErrorCode

  constructor(code: Podr2ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
