export type DbErrorCode = 'LOCKED' | 'DISK_FULL' | 'CORRUPT' | 'CLOSED' | 'FAILED'

/** Why the database refused; the message says what happened and what to do. `cause` is LevelDB's own error. */
export class DbError extends Error {
  override readonly name = 'DbError'
  readonly code: DbErrorCode

  constructor(code: DbErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** strerror texts of ENOSPC, EDQUOT and EFBIG: LevelDB passes on the text, not the number. */
const NO_ROOM = /no space left|quota exceeded|file too large/i

/** abstract-level wraps what happened ("Database failed to open"); the innermost error says it. */
function innermost(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  if (error.cause instanceof Error) return innermost(error.cause)
  return { code: String((error as { code?: unknown }).code ?? ''), message: error.message }
}

const byCode: Readonly<Record<string, DbErrorCode>> = {
  LEVEL_LOCKED: 'LOCKED',
  LEVEL_CORRUPTION: 'CORRUPT',
  LEVEL_DATABASE_NOT_OPEN: 'CLOSED',
  LEVEL_ITERATOR_NOT_OPEN: 'CLOSED',
  LEVEL_ABORTED: 'CLOSED',
}

const sentences: Record<DbErrorCode, (path: string, reason: string) => string> = {
  LOCKED: (path) =>
    `The database in ${path} is already open, in another process or in this one. Stop the other user of the folder or choose another folder.`,
  DISK_FULL: (path) =>
    `The disk that holds the database in ${path} is full, so nothing was written. Free some space and start again.`,
  CORRUPT: (path, reason) =>
    `The database in ${path} is damaged (${reason}). Restore the folder from a copy, or delete it and synchronize again.`,
  CLOSED: (path) =>
    `The database in ${path} is closed, so it cannot be used. Open it again to go on.`,
  FAILED: (path, reason) =>
    `The database in ${path} failed: ${reason}. Check the disk and the folder's permissions, then start again.`,
}

/** The typed error for whatever LevelDB threw about the database at `path`. */
export function dbError(path: string, error: unknown): DbError {
  const { code, message } = innermost(error)
  const ours = byCode[code] ?? (NO_ROOM.test(message) ? 'DISK_FULL' : 'FAILED')
  return new DbError(ours, sentences[ours](path, message), error)
}

export const closedError = (path: string): DbError =>
  new DbError('CLOSED', sentences.CLOSED(path, ''))
