import type { FileId } from '@cess/bytes'
import {
  type FileMiner,
  type FileStatus,
  fileStatus,
  listFiles,
  listGrants,
  parseAddress,
} from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address, type Cli, type Result } from '../cli.ts'
import { size, table } from '../shell/format.ts'
import { fid } from './arguments.ts'

const minerJson = ({ account, index, delivered, tagged, audit }: FileMiner) => ({
  account: address(account),
  index,
  delivered,
  tagged,
  audit: audit ?? null,
})

const STATES = {
  queued: 'on its way to its miners',
  stored: 'stored by 12 miners',
  proven: 'stored, and all 12 miners have proved it since',
} as const

function minerRow({ account, index, delivered, tagged, audit }: FileMiner): string[] {
  const proof = audit
    ? `${audit.result.toLowerCase()} in block ${audit.block} (${audit.rows} rows, ${audit.openings} openings)`
    : 'not audited yet'
  const has = delivered ? (tagged ? 'tagged' : 'has it') : 'waits'
  return [String(index), address(account), has, delivered ? proof : '']
}

async function one(cli: Cli, id: FileId): Promise<Result> {
  const chain = await cli.chain()
  const status = await fileStatus(chain, id)
  const { state, block, size: bytes, miners, owners } = status
  const where = block === undefined ? '' : `, block ${block}`
  const lists = await Promise.all(owners.map((owner) => listGrants(chain, owner)))
  const grants = lists
    .flat()
    .filter((grant) => grant.files.includes(id) && ['Pending', 'Active'].includes(grant.status))
  return {
    json: {
      fid: id,
      state,
      ...(block !== undefined && { block }),
      size: bytes,
      owners: owners.map(address),
      miners: miners.map(minerJson),
      grants: grants.map(({ id: grant, grantee, status: at, serving, proxies, expiry }) => ({
        ...{ grant, grantee: address(grantee), status: at, serving, proxies, expiry },
      })),
    },
    text: [
      `${state}: ${STATES[state]}${where}`,
      `${size(bytes)} encrypted, of ${owners.map(address).join(', ')}`,
      '',
      ...table([['#', 'MINER', 'PART', 'LAST AUDIT'], ...miners.map(minerRow)]),
      ...(grants.length > 0 ? [''] : []),
      ...grants.map(
        (one) =>
          `shared with ${address(one.grantee)} until block ${one.expiry}: grant ${one.id}, ${one.status.toLowerCase()}, ${one.serving} of ${one.proxies} proxies serve`,
      ),
    ],
  }
}

/** Files whose states are asked at a time, and shown at most. */
const AT_ONCE = 8
const MOST = 1000

async function all(cli: Cli): Promise<Result> {
  const chain = await cli.chain()
  const owner = parseAddress(await cli.address())
  const ids: FileId[] = []
  for await (const file of listFiles(chain, owner)) if (ids.push(file.fid) >= MOST) break
  const found: FileStatus[] = []
  for (let at = 0; at < ids.length; at += AT_ONCE)
    found.push(
      ...(await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => fileStatus(chain, id)))),
    )
  const files = found.map(({ fid, state, block, size }) => ({ fid, state, block, size }))
  const rows = files.map((f) => [f.fid, f.state, String(f.block ?? ''), size(f.size)])
  return {
    json: { files },
    text:
      rows.length === 0
        ? 'No files yet. Store one: cess put FILE'
        : table([['FILE', 'STATE', 'BLOCK', 'SIZE'], ...rows]),
  }
}

export function addStatus(program: Command, action: Action): void {
  program
    .command('status')
    .description('where a file is, and which miners have proved that they have it')
    .argument('[fid]', 'file id (default: all of yours)', fid)
    .addHelpText(
      'after',
      `
All of it is read from the chain; nothing is the word of a gateway or a miner.
  queued  declared, on its way to 12 miners
  stored  all 12 have it, and that is final
  proven  since then each of them has passed an audit of data and tags that the chain verified itself`,
    )
    .action(action((cli, id: FileId | undefined) => (id === undefined ? all(cli) : one(cli, id))))
}
