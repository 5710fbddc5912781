export type StateErrorCode =
  /** The state is pruned, on a dead fork, or never was here. */
  | 'UNKNOWN_STATE'
  /** The database was begun with the other kind of pruning. */
  | 'PRUNING_MISMATCH'
  /** The database lacks what it must have. */
  | 'CORRUPT_STATE'

/** Why a state cannot be had; the message says what to do. */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly code: StateErrorCode

  constructor(code: StateErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

export const corrupt = (what: string): StateError =>
  new StateError(
    'CORRUPT_STATE',
    `The state database lacks ${what}. It was damaged, or written by another program; delete it and sync again.`,
  )
