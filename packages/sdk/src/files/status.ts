import type { AccountId, FileId } from '@cess/bytes'
import { FRAGMENTS } from '@cess/primitives'
import type { ChainClient } from '../chain/client.ts'
import type { ChainView } from '../chain/reader.ts'
import { SdkError } from '../errors.ts'

/** How a miner's last audit ended. */
export interface AuditInfo {
  readonly block: number
  readonly result: 'Passed' | 'Failed' | 'Missed'
  /** Challenged rows of the compact leg and chunks of the transparent one. */
  readonly rows: number
  readonly openings: number
}

/** One of the 12 miners of a file. */
export interface FileMiner {
  readonly account: AccountId
  /** Which fragment of every segment it has, from 1. */
  readonly index: number
  /** Whether it reported that it has its part. */
  readonly delivered: boolean
  /** Whether it has checked the tags. */
  readonly tagged: boolean
  /** Its last audit, of all that it stores. */
  readonly audit: AuditInfo | undefined
}

/**
 * Where a file is. `queued`: declared, not all miners have it; `stored`: all have it, and that is final; `proven`: since
 * then every one of them has passed an audit, with the tags of this file confirmed.
 */
export interface FileStatus {
  readonly fid: FileId
  readonly state: 'queued' | 'stored' | 'proven'
  /** Block in which it was stored, or proven. */
  readonly block: number | undefined
  /** Block in which all miners had it. */
  readonly completion: number | undefined
  /** Bytes of ciphertext. */
  readonly size: number
  readonly owners: readonly AccountId[]
  readonly miners: readonly FileMiner[]
}

type Chain = Pick<ChainClient, 'best' | 'finalized'>

async function storedStatus({ query }: ChainView, fid: FileId): Promise<FileStatus | undefined> {
  const file = await query.FileBank.File(fid)
  if (!file) return undefined
  const miners = await Promise.all(
    Array.from({ length: FRAGMENTS }, async (_, i): Promise<FileMiner | undefined> => {
      const column = await query.FileBank.Column(fid, i)
      if (!column) return undefined
      const last = await query.Audit.LastAudit(column.miner)
      return {
        account: column.miner,
        index: i + 1,
        delivered: true,
        tagged: column.tagger !== undefined,
        audit: last && {
          block: last.block,
          result: last.result,
          rows: last.rows,
          openings: last.openings,
        },
      }
    }),
  )
  const held = miners.filter((miner) => miner !== undefined)
  // An audit that ended before all tags were there did not ask for this file's rows.
  const since = file.segmentList[0]?.fragmentList[0]?.tag ?? file.completion
  const proven =
    held.length === FRAGMENTS &&
    held.every(({ tagged, audit }) => tagged && audit?.result === 'Passed' && audit.block > since)
  return {
    fid,
    state: proven ? 'proven' : 'stored',
    block: proven ? Math.max(...held.map(({ audit }) => audit!.block)) : file.completion,
    completion: file.completion,
    size: Number(file.fileSize),
    owners: file.owner.map(({ user }) => user),
    miners: held,
  }
}

async function queuedStatus({ query }: ChainView, fid: FileId): Promise<FileStatus | undefined> {
  const [deal, assignment] = await Promise.all([
    query.FileBank.DealMap(fid),
    query.FileBank.DealAssignment(fid),
  ])
  if (!deal || !assignment) return undefined
  const delivered = new Set(deal.completeList.map(({ index }) => index))
  return {
    fid,
    state: 'queued',
    block: undefined,
    completion: undefined,
    size: Number(deal.fileSize),
    owners: [deal.user.user],
    miners: assignment.miners.map((account, i) => ({
      account,
      index: i + 1,
      delivered: delivered.has(i + 1),
      tagged: false,
      audit: undefined,
    })),
  }
}

/**
 * Where a file is, as the chain knows it: nothing of it is the word of a gateway.
 * @throws SdkError NOT_FOUND when no block declares it (yet)
 */
export async function fileStatus(chain: Chain, fid: FileId): Promise<FileStatus> {
  const finalized = await chain.finalized()
  const stored = await storedStatus(finalized, fid)
  if (stored) return stored
  const best = await chain.best()
  const queued = (await queuedStatus(best, fid)) ?? (await storedStatus(best, fid))
  // What only the best block has stored may still be taken back.
  if (queued) return { ...queued, state: 'queued', block: undefined, completion: undefined }
  throw new SdkError(
    'NOT_FOUND',
    `The chain knows no file ${fid}. Check the file id; a file that was just uploaded shows in the next block.`,
  )
}
