import { fileId, utf8 } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import { fragmentSize, segmentLengths, storedBytes } from '@cess/primitives'
import { askChain } from '../chain/errors.ts'
import type { GatewayContext } from '../context.ts'
import { codeOf, GatewayError, reasonOf } from '../errors.ts'
import type { Miners } from '../miners/miners.ts'
import type { Files } from '../read/files.ts'
import { type JobStore, stateForUsers } from '../store/jobs.ts'
import { parseAccount } from './encoding.ts'
import { type Handler, header, ok } from './exchange.ts'

export interface InformationDeps {
  readonly ctx: GatewayContext
  readonly files: Files
  readonly miners: Miners
  readonly jobs: JobStore
  readonly peerId: string
}

export const VERSION = '0.1.0'
const MAX_LIST = 1000
const LIST = 200

/** `GET /version` */
export const versionRoute =
  ({ ctx, peerId }: InformationDeps): Handler =>
  async () =>
    ok({
      version: VERSION,
      name: 'cess-gateway',
      account: ss58Encode(ctx.account),
      peerId,
      genesisHash: ctx.chain.genesisHash,
      chain: ctx.chain.chainName,
    })

/** `GET /file/metadata/:fid` */
export const metadataRoute =
  ({ ctx, files, jobs }: InformationDeps): Handler =>
  async (x) => {
    const fid = fileId(x.params['fid']!)
    const job = jobs.get(fid)
    const here = job && {
      gateway: {
        account: ss58Encode(ctx.account),
        state: job.state,
        deals: job.deals,
        ...(job.trouble !== undefined && { trouble: job.trouble }),
      },
    }
    const file = await files.find(fid).catch((error: unknown) => {
      // Between two deals, or given up: the chain does not know it, and we do.
      if (here && codeOf(error) === 'FILE_NOT_FOUND') return undefined
      throw error
    })
    if (!file) return ok({ fid, size: job?.size, state: stateForUsers(job!.state), ...here })
    const { fileSize, segments } = file.layout
    const lengths = segmentLengths(fileSize)
    return ok({
      fid,
      size: fileSize,
      stored: storedBytes(fileSize),
      state: file.state,
      ...(file.block !== undefined && { block: file.block }),
      owner: file.owners.map(({ user, name, bucket, territory }) => ({
        account: ss58Encode(user),
        fileName: name,
        bucket,
        territory,
      })),
      segments: segments.map(({ hash, fragmentList }, i) => ({
        id: hash,
        length: lengths[i],
        fragmentSize: fragmentSize(lengths[i]!),
        fragments: fragmentList,
      })),
      ...here,
    })
  }

/** `GET /file/location/:fid` */
export const locationRoute =
  ({ files, miners }: InformationDeps): Handler =>
  async (x) => {
    const file = await files.find(fileId(x.params['fid']!))
    const columns = await Promise.all(
      file.miners.map(async (miner, i) => {
        const found = await miners.directory.find(miner).catch((error: unknown) => ({
          peer: undefined,
          addresses: [],
          trouble: reasonOf(error),
        }))
        return {
          index: i + 1,
          miner: ss58Encode(miner),
          ...found,
          answering: !miners.isDown(miner),
        }
      }),
    )
    return ok({ fid: file.layout.fileId, state: file.state, columns })
  }

/** `GET /file/list` */
export const listRoute =
  ({ ctx }: InformationDeps): Handler =>
  async (x) => {
    const account = x.query.get('account') ?? header(x, 'account')
    if (account === undefined)
      throw new GatewayError(
        'BAD_REQUEST',
        'Say whose files: /file/list?account=ADDRESS, with &territory=NAME for those of one territory.',
      )
    const limit = Number(x.query.get('limit') ?? LIST)
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIST)
      throw new GatewayError('BAD_REQUEST', `limit must be a number from 1 to ${MAX_LIST}.`)
    const territory = x.query.get('territory')
    const keys = [parseAccount(account), ...(territory === null ? [] : [utf8(territory)])]
    const list: { fid: string; size: number; territory: string }[] = []
    let more = false
    await askChain(async () => {
      const { query } = await ctx.chain.best()
      for await (const [[, name, fid], size] of query.FileBank.UserFiles.entries(...keys)) {
        more = list.length === limit
        if (more) break
        list.push({ fid, size: Number(size), territory: Buffer.from(name).toString('utf8') })
      }
    })
    return ok({ account, files: list, more })
  }
