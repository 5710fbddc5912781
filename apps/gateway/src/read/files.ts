import { type AccountId, type FileId, fromUtf8 } from '@cess/bytes'
import type { Layout } from '@cess/content'
import { askChain, isOutage } from '../chain/errors.ts'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'

export interface Owner {
  readonly user: AccountId
  readonly name: string
  readonly bucket: string
  readonly territory: string
}

/** A file as the chain knows it. */
export interface KnownFile {
  readonly layout: Layout
  /** Miner of each of the 12 columns. */
  readonly miners: readonly AccountId[]
  readonly owners: readonly Owner[]
  /** `stored`, or `queued` while its deal is open. */
  readonly state: 'stored' | 'queued'
  /** Block in which it was complete. */
  readonly block: number | undefined
}

/** Looks files up, and remembers their layouts: they never change. */
export interface Files {
  /** @throws GatewayError FILE_NOT_FOUND, CHAIN_UNREACHABLE */
  find(fid: FileId): Promise<KnownFile>
  forget(fid: FileId): void
}

/** Segments of all remembered layouts together: about a kilobyte each. */
const MAX_SEGMENTS = 20_000
const FRESH_MS = { stored: 15_000, queued: 1_000 }

/** Bytes of a name as text; names that are no UTF-8 keep what can be shown. */
const text = (bytes: Uint8Array): string => {
  try {
    return fromUtf8(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

interface Brief {
  readonly user: AccountId
  readonly fileName: Uint8Array
  readonly bucketName: Uint8Array
  readonly territoryName: Uint8Array
}
const ownerOf = (brief: Brief): Owner => ({
  user: brief.user,
  name: text(brief.fileName),
  bucket: text(brief.bucketName),
  territory: text(brief.territoryName),
})

async function look(
  ctx: Pick<GatewayContext, 'chain'>,
  fid: FileId,
): Promise<KnownFile | undefined> {
  const { query } = await ctx.chain.best()
  const file = await query.FileBank.File(fid)
  if (file)
    return {
      layout: {
        fileId: fid,
        fileSize: Number(file.fileSize),
        segments: file.segmentList.map((s) => ({
          hash: s.hash,
          fragmentList: s.fragmentList.map((f) => f.hash),
        })),
      },
      miners: file.segmentList[0]!.fragmentList.map((f) => f.miner),
      owners: file.owner.map(ownerOf),
      state: 'stored',
      block: file.completion,
    }
  const [deal, assignment] = await Promise.all([
    query.FileBank.DealMap(fid),
    query.FileBank.DealAssignment(fid),
  ])
  if (!deal || !assignment) return undefined
  return {
    layout: { fileId: fid, fileSize: Number(deal.fileSize), segments: deal.segmentList },
    miners: assignment.miners,
    owners: [ownerOf(deal.user)],
    state: 'queued',
    block: undefined,
  }
}

export function createFiles(ctx: Pick<GatewayContext, 'chain' | 'clock'>): Files {
  const known = new Map<FileId, { at: number; file: KnownFile }>()
  let segments = 0

  const forget = (fid: FileId): void => {
    segments -= known.get(fid)?.file.layout.segments.length ?? 0
    known.delete(fid)
  }
  function remember(fid: FileId, file: KnownFile): KnownFile {
    const held = known.get(fid)?.file
    forget(fid)
    // The same layout object again, so that it needs no second check.
    const kept = held ? { ...file, layout: held.layout } : file
    known.set(fid, { at: ctx.clock.now(), file: kept })
    segments += kept.layout.segments.length
    for (const oldest of known.keys()) {
      if (segments <= MAX_SEGMENTS || oldest === fid) break
      forget(oldest)
    }
    return kept
  }

  return {
    forget,
    async find(fid) {
      const held = known.get(fid)
      if (held && ctx.clock.now() - held.at < FRESH_MS[held.file.state]) return held.file
      let found: KnownFile | undefined
      try {
        found = await look(ctx, fid)
      } catch (error) {
        // Bytes are bytes: an outage of the chain is no reason not to serve what we know.
        if (held && isOutage(error)) return held.file
        return askChain(() => Promise.reject(error))
      }
      if (found) return remember(fid, found)
      forget(fid)
      throw new GatewayError(
        'FILE_NOT_FOUND',
        `The chain knows no file ${fid}. Check the file id; the file may have been deleted, or its upload was not finished.`,
      )
    },
  }
}
