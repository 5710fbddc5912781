import { type AccountId, type FileId, utf8 } from '@cess/bytes'
import type { Layout } from '@cess/content'
import type { Included } from '@cess/sdk'
import type { GatewayContext } from '../context.ts'

type Ctx = Pick<GatewayContext, 'chain' | 'pair'>

export interface Brief {
  readonly owner: AccountId
  readonly territory: string
  readonly bucket: string
  readonly name: string
}

/** Declares a file: the chain locks space and draws its miners. */
export const declareFile = (
  { chain, pair }: Ctx,
  layout: Layout,
  brief: Brief,
): Promise<Included> =>
  chain.submit(
    pair,
    chain.tx.FileBank.upload_declaration({
      fileHash: layout.fileId,
      dealInfo: [...layout.segments],
      userBrief: {
        user: brief.owner,
        fileName: utf8(brief.name),
        bucketName: utf8(brief.bucket),
        territoryName: utf8(brief.territory),
      },
      fileSize: BigInt(layout.fileSize),
    }),
    { until: 'inBlock' },
  )

/** Brings the receipts of miners; `index` counts from 1. */
export const submitReceipts = (
  { chain, pair }: Ctx,
  dealHash: FileId,
  receipts: readonly { readonly index: number; readonly signature: Uint8Array }[],
): Promise<Included> =>
  chain.submit(pair, chain.tx.FileBank.submit_receipts({ dealHash, receipts: [...receipts] }), {
    until: 'inBlock',
  })

/** Gives column `index` (from 1) of a deal to another miner. */
export const reassignMiner = (
  { chain, pair }: Ctx,
  dealHash: FileId,
  index: number,
): Promise<Included> =>
  chain.submit(pair, chain.tx.FileBank.reassign_miner({ dealHash, index }), { until: 'inBlock' })

export const deleteFile = (
  { chain, pair }: Ctx,
  owner: AccountId,
  fileHash: FileId,
): Promise<Included> =>
  chain.submit(pair, chain.tx.FileBank.delete_file({ owner, fileHash }), { until: 'inBlock' })
