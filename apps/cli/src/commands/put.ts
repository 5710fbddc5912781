import { basename, resolve } from 'node:path'
import { type FileId, utf8 } from '@cess/bytes'
import { ContentError, ciphertextLength, MAX_HEADER_BYTES } from '@cess/content'
import { storedBytes } from '@cess/primitives'
import {
  type Account,
  type FileStatus,
  formatTokens,
  putFile,
  spacePrice,
  waitForFile,
} from '@cess/sdk'
import { type Command, Option } from 'commander'
import { type Action, address, type Cli, type Result } from '../cli.ts'
import { CliError } from '../errors.ts'
import { type LocalFile, openLocal } from '../files/local-source.ts'
import { mediaTypeOf } from '../files/media-type.ts'
import { startNamingThread } from '../files/naming-thread.ts'
import { type SavedUpload, type UploadStates, uploadStates } from '../files/upload-state.ts'
import { SYMBOL, size } from '../shell/format.ts'
import { checkGateway } from './network.ts'

interface PutFlags {
  readonly name?: string
  readonly territory?: string
  readonly bucket?: string
  readonly wait?: 'stored' | 'proven'
  readonly fresh?: true
}

const GIB = 2 ** 30

/** Says what is missing, and the command that helps, before anything is read. */
async function checkRoom(cli: Cli, account: Account, territory: string, bytes: number) {
  const [chain, gateway] = await Promise.all([cli.chain(), checkGateway(cli)])
  const { query } = await chain.best()
  const [found, operators] = await Promise.all([
    query.StorageHandler.Territory(account.id, utf8(territory)),
    query.Oss.AuthorityList(account.id),
  ])
  // A header takes little more than its smallest size, but names and metadata count.
  const needed = storedBytes(ciphertextLength(bytes, Math.min(MAX_HEADER_BYTES, 1024)))
  const named = territory === 'default' ? '' : ` --territory ${territory}`
  if (!found) {
    const gib = Math.max(1, Math.ceil(needed / GIB))
    const price = formatTokens(await spacePrice(chain, gib, 30))
    throw new CliError(
      'NO_TERRITORY',
      `You have no space called "${territory}" yet. Buy ${gib} GiB for 30 days, for ${price} ${SYMBOL}: cess space buy --gib ${gib} --days 30${named}`,
    )
  }
  if (found.state !== 'Active')
    throw new CliError(
      'TERRITORY_NOT_ACTIVE',
      `Your space "${territory}" is ${found.state.toLowerCase()}. Renew its lease: cess space renew --days 30${named}`,
    )
  if (!operators.includes(gateway.account) && gateway.account !== account.id)
    throw new CliError(
      'NOT_AUTHORISED',
      `The gateway ${cli.gateway().url} may not store files for you yet. Allow it: cess authorize`,
    )
  if (found.remainingSpace < BigInt(needed)) {
    const gib = Math.ceil((needed - Number(found.remainingSpace)) / GIB)
    throw new CliError(
      'NO_ROOM',
      `Your space "${territory}" has ${size(found.remainingSpace)} left, and this file takes ${size(needed)} (three times its size). Add some: cess space expand --gib ${gib}${named}`,
    )
  }
}

async function upload(
  cli: Cli,
  account: Account,
  file: LocalFile,
  {
    path,
    name,
    territory,
    bucket,
    states,
  }: {
    readonly path: string
    readonly name: string
    readonly territory: string
    readonly bucket: string | undefined
    readonly states: UploadStates
  },
  saved: SavedUpload | undefined,
): Promise<FileId> {
  const { bytes, modified } = file
  const label = `Sending ${basename(path)}`
  const naming = startNamingThread()
  let state = saved
  try {
    const { fid } = await putFile(file.source, {
      account,
      gateway: cli.gateway(),
      clock: cli.clock,
      random: cli.random,
      name,
      mediaType: mediaTypeOf(path),
      createdAt: cli.clock.now(),
      territory,
      bucket,
      state: saved,
      naming,
      signal: cli.signal,
      async onState({ header }) {
        state = { path, bytes, modified, header }
        await states.save(state)
      },
      onProgress({ phase, done, total }) {
        if (phase === 'read') cli.progress.update(`Reading ${basename(path)}`, done, bytes)
        else cli.progress.update(label, done, total)
      },
    })
    if (state) await states.save({ ...state, fid })
    return fid
  } finally {
    await naming.close()
  }
}

/** Goes on with the upload of last time when the file is still the same. */
async function resumeOrBegin(
  cli: Cli,
  account: Account,
  file: LocalFile,
  how: Parameters<typeof upload>[3],
  fresh: boolean,
): Promise<FileId> {
  const found = fresh ? undefined : await how.states.find()
  const same = found?.bytes === file.bytes && found.modified === file.modified
  if (found && same && found.fid) return found.fid
  if (!found || !same) return upload(cli, account, file, how, undefined)
  try {
    cli.progress.say('Going on with the upload that was interrupted.')
    return await upload(cli, account, file, how, found)
  } catch (error) {
    const changed = error instanceof ContentError && error.code === 'RESUME_MISMATCH'
    if (!changed) throw error
    return upload(cli, account, file, how, undefined)
  }
}

function waitedText(status: FileStatus): string {
  return status.state === 'proven'
    ? `All 12 miners have proved since that they have it, the last in block ${status.block}.`
    : `It is with 12 miners, final in block ${status.block}.`
}

/** Encrypts and stores a file of this machine. */
export async function put(cli: Cli, given: string, flags: PutFlags): Promise<Result> {
  const path = resolve(cli.shell.cwd, given)
  const file = await openLocal(path)
  const account = await cli.account()
  const territory = flags.territory ?? cli.settings.territory
  const name = flags.name ?? basename(path)
  await checkRoom(cli, account, territory, file.bytes)
  const states = uploadStates(cli.settings.paths.uploads, {
    path,
    name,
    territory,
    bucket: flags.bucket,
    account: account.address,
    gateway: cli.gateway().url,
  })
  const how = { path, name, territory, bucket: flags.bucket, states }
  const fid = await resumeOrBegin(cli, account, file, how, flags.fresh ?? false)
  const { bytes } = file
  if (!flags.wait) {
    await states.forget()
    return {
      json: { fid, bytes },
      text: [fid, `Encrypted and uploaded. It goes to its miners now: cess status ${fid}`],
    }
  }
  const status = await waitForFile(fid, {
    chain: await cli.chain(),
    clock: cli.clock,
    gateway: cli.gateway(),
    until: flags.wait,
    signal: cli.signal,
    onStatus({ state, miners }) {
      const done = miners.filter((m) => (state === 'queued' ? m.delivered : m.audit)).length
      cli.progress.update(
        state === 'queued'
          ? `Going to its miners, ${done} of 12`
          : `Waiting for proofs, ${done} of 12`,
        0,
      )
    },
  })
  await states.forget()
  const miners = status.miners.map((miner) => address(miner.account))
  return {
    json: {
      fid,
      bytes,
      stored: { block: status.completion },
      ...(status.state === 'proven' && { proven: { block: status.block } }),
      miners,
    },
    text: [fid, waitedText(status)],
  }
}

export function addPut(program: Command, action: Action): void {
  program
    .command('put')
    .description('encrypt a file here and store it')
    .argument('<file>', 'what to store')
    .option('--name <name>', 'name in the encrypted header (default: that of the file)')
    .option('--territory <name>', 'space that it counts to (default: "default")')
    .option('--bucket <name>', 'bucket, 3 to 63 characters; public')
    .addOption(
      new Option('--wait <state>', 'return when it is there').choices(['stored', 'proven']),
    )
    .option('--fresh', 'begin anew, even if an upload of it was interrupted')
    .addHelpText(
      'after',
      `
The file is encrypted on this machine, under a key of its own that only your account can work out. Its name, type and
time are encrypted with it. An upload that was interrupted goes on when you run the same command again.

Examples:
  cess put photo.jpg
  cess put backup.tar --name "backup of May" --wait stored
  cess put film.mp4 --wait proven --json`,
    )
    .action(action(put))
}
