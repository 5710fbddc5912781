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

/** A file that LevelDB's index names and the folder lacks. LevelDB calls it an I/O error. */
const MISSING_FILE = /(CURRENT|MANIFEST-\d+|\d+\.(log|ldb|sst)): No such file/

function codeOf({ code, message }: { code: string; message: string }): DbErrorCode {
  if (byCode[code]) return byCode[code]
  if (NO_ROOM.test(message)) return 'DISK_FULL'
  return MISSING_FILE.test(message) ? 'CORRUPT' : 'FAILED'
}

/** The typed error for whatever was thrown about the database at `path`. */
export function dbError(path: string, error: unknown): DbError {
  if (error instanceof DbError) return error
  const inner = innermost(error)
  const code = codeOf(inner)
  return new DbError(code, sentences[code](path, inner.message), error)
}

export const closedError = (path: string): DbError =>
  new DbError('CLOSED', sentences.CLOSED(path, ''))

export const corruptError = (path: string, reason: string): DbError =>
  new DbError('CORRUPT', sentences.CORRUPT(path, reason))
