import type { FileId } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'
import type { GatewayClient } from '../gateway/client.ts'
import { isPassing } from '../gateway/failure.ts'
import { type FileStatus, fileStatus } from './status.ts'

export interface WaitOptions {
  readonly chain: Pick<ChainClient, 'best' | 'finalized'>
  readonly clock: Clock
  readonly until: 'stored' | 'proven'
  /** Asked whether it has given the file up. */
  readonly gateway?: GatewayClient
  readonly onStatus?: (status: FileStatus) => void
  readonly signal?: AbortSignal | undefined
}

const POLL_MS = 1_000
/** Polls between questions to the gateway, and that a declaration may take to show. */
const GATEWAY_EVERY = 10
const MISSING = 60

const REACHED = { stored: ['stored', 'proven'], proven: ['proven'] } as const

/**
 * Waits until a file is stored or proven. A deal that fails is declared again by its gateway; only when that gives up
 * there is nothing to wait for. @throws SdkError NOT_FOUND, GATEWAY_ERROR; the signal's reason
 */
export async function waitForFile(fid: FileId, options: WaitOptions): Promise<FileStatus> {
  const { chain, clock, until, gateway, signal } = options
  let missing = 0
  for (let round = 1; ; round++) {
    signal?.throwIfAborted()
    try {
      const status = await fileStatus(chain, fid)
      missing = 0
      options.onStatus?.(status)
      if ((REACHED[until] as readonly string[]).includes(status.state)) return status
    } catch (error) {
      const gone = error instanceof SdkError && error.code === 'NOT_FOUND'
      if (!isPassing(error) && !(gone && ++missing < MISSING)) throw error
    }
    if (gateway && round % GATEWAY_EVERY === 0) {
      const said = await gateway.metadata(fid, signal).catch(() => undefined)
      if (said?.failed !== undefined)
        throw new SdkError(
          'GATEWAY_ERROR',
          `The gateway could not store the file: ${said.failed} Upload it again, perhaps with another gateway.`,
        )
    }
    await clock.sleep(POLL_MS, signal)
  }
}
