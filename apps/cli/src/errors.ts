import { ContentError } from '@cess/content'
import { FingerprintError } from '@cess/fingerprint'
import { CallFailed, GatewayRefused, LightError, SdkError } from '@cess/sdk'

export type CliErrorCode =
  | 'USAGE'
  | 'CONFIG'
  | 'NO_KEY'
  | 'KEY_EXISTS'
  | 'KEY_FILE'
  | 'WRONG_PASSWORD'
  | 'NO_PASSWORD'
  | 'WEAK_PASSWORD'
  | 'NO_FILE'
  | 'FILE_EXISTS'
  | 'DISK'
  | 'NO_TERRITORY'
  | 'TERRITORY_NOT_ACTIVE'
  | 'NO_ROOM'
  | 'NOT_AUTHORISED'
  | 'UNHEALTHY'
  /** A link to a shared file whose grant has ended. */
  | 'LINK_OVER'
  | 'INTERRUPTED'

/** What `cess` could not do. The message says what happened, why, and what to do. It never holds a secret. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  constructor(code: CliErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** An error as machines get it. */
export interface Problem {
  readonly code: string
  readonly message: string
  /** The chain's own name of the error, `Pallet.Name`. */
  readonly chain?: string
}

/** Failures of the file system as sentences. */
function diskProblem(error: NodeJS.ErrnoException): Problem | undefined {
  const where = error.path === undefined ? '' : ` ${error.path}`
  switch (error.code) {
    case 'ENOENT':
      return { code: 'NO_FILE', message: `There is no${where || ' such file'}. Check the path.` }
    case 'EACCES':
    case 'EPERM':
      return { code: 'DISK', message: `You may not use${where}. Check its permissions.` }
    case 'ENOSPC':
      return { code: 'DISK', message: 'The disk is full. Make room and run the command again.' }
    case 'EISDIR':
      return { code: 'NO_FILE', message: `${where.trim()} is a folder. Name a file.` }
    default:
      return undefined
  }
}

/** Any failure as what people and machines are told. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CallFailed)
    return { code: error.code, message: error.message, chain: error.error }
  if (error instanceof GatewayRefused) {
    const chain = error.data['chain']
    return {
      code: error.reason,
      message: error.message,
      ...(typeof chain === 'string' && { chain }),
    }
  }
  const kinds = [CliError, SdkError, ContentError, LightError, FingerprintError]
  const known = kinds.some((kind) => error instanceof kind)
  if (known) {
    const { code, message } = error as CliError
    return { code, message }
  }
  const disk = error instanceof Error ? diskProblem(error) : undefined
  if (disk) return disk
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message: `Something went wrong inside cess: ${message}` }
}
