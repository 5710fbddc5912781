/** HTTP status of each kind of failure. The code is stable; people read the message. */
const STATUS = {
  BAD_REQUEST: 400,
  BAD_HEADER: 400,
  BAD_RANGE: 400,
  INCOMPLETE: 400,
  UNSIGNED: 401,
  BAD_SIGNATURE: 401,
  EXPIRED: 401,
  REPLAYED: 401,
  FOREIGN: 401,
  ETH_ACCOUNT: 403,
  NOT_AUTHORISED: 403,
  NOT_OWNER: 403,
  TERRITORY_NOT_ACTIVE: 403,
  NO_SHARE: 403,
  NO_TERRITORY: 404,
  NO_SESSION: 404,
  FILE_NOT_FOUND: 404,
  WORK_NOT_FOUND: 404,
  NO_SUCH_ROUTE: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_SLOW: 408,
  ALREADY_STORED: 409,
  NOT_STORED_YET: 409,
  OFFSET_MISMATCH: 409,
  SUPERSEDED: 409,
  LENGTH_REQUIRED: 411,
  TOO_LARGE: 413,
  RANGE_NOT_SATISFIABLE: 416,
  TOO_MANY: 429,
  INTERNAL: 500,
  CHAIN_REFUSED: 502,
  BUSY: 503,
  STOPPING: 503,
  UNAVAILABLE: 503,
  CHAIN_UNREACHABLE: 503,
  NO_ROOM: 507,
  DISK_FULL: 507,
  CONFIG: 500,
  KEY: 500,
  DATA_DIR: 500,
  NOT_RUNNING: 500,
} as const
export type GatewayErrorCode = keyof typeof STATUS

/** What the gateway could not do. The message says what happened, why, and what to do. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode
  /** HTTP status. */
  readonly status: number
  /** Facts for programs, such as the offset of an upload. */
  readonly data: Readonly<Record<string, unknown>>

  constructor(
    code: GatewayErrorCode,
    message: string,
    data: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = STATUS[code]
    this.data = data
  }
}

/** The sentence of anything that was thrown. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** The code of a typed or system error. */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
