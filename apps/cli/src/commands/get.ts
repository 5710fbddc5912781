import type { FileId } from '@cess/bytes'
import { ContentError } from '@cess/content'
import {
  type Account,
  askProxies,
  createGatewayClient,
  type Fraud,
  type GatewayClient,
  getFile,
  isLink,
  listShared,
  type OpenedFile,
  openFile,
  openShared,
  parseLink,
  readHeader,
  reportFraud,
  SdkError,
} from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address, type Cli, type Result } from '../cli.ts'
import { CliError } from '../errors.ts'
import { openTarget, placeFor, safeName } from '../files/target.ts'
import { size } from '../shell/format.ts'
import { byteRange, fid } from './arguments.ts'

interface GetFlags {
  readonly output?: string
  readonly range?: { readonly offset: number; readonly length: number | undefined }
  readonly force?: boolean
}

/** Who reads: the user, or whoever has a link. */
interface Reader {
  readonly account: Account
  readonly gateway: GatewayClient
  /** The grant that a link names. */
  readonly grant?: number
}
async function readerOf(cli: Cli, link: ReturnType<typeof parseLink> | undefined): Promise<Reader> {
  if (!link) return { account: await cli.account(), gateway: cli.gateway() }
  const { clock, random } = cli
  const gateway = createGatewayClient({ url: link.gateway, clock, random, streams: true })
  return { account: link.account, gateway, grant: link.grant }
}

const common = (cli: Cli, { account, gateway }: Reader, capsuleKey?: Uint8Array) => ({
  ...{ account, gateway, capsuleKey },
  clock: cli.clock,
  signal: cli.signal,
})

interface Opened {
  readonly manifest: OpenedFile['manifest']
  /** Of a file that somebody else has shared with this account. */
  readonly capsuleKey?: Uint8Array
}

/** Shows the chain what a proxy signed. Whether that works or not, the file can be read. */
async function report(cli: Cli, account: Account, fraud: Fraud): Promise<void> {
  const proxy = address(fraud.proxy)
  try {
    await reportFraud(await cli.chain(), account, fraud)
    cli.progress.say(`Proxy ${proxy} answered wrongly; the chain has taken its bond.`)
  } catch {
    cli.signal.throwIfAborted()
    cli.progress.say(`Proxy ${proxy} answered wrongly, and this account could not report it.`)
  }
}

/** Opens a file of the account's own, or one that was shared with it. */
async function open(cli: Cli, id: FileId, reader: Reader): Promise<Opened> {
  const access = common(cli, reader)
  try {
    return await openFile(id, access)
  } catch (error) {
    if (!(error instanceof ContentError) || error.code !== 'WRONG_KEY') throw error
    const chain = await cli.chain()
    const grants = await listShared(chain, access.account.id)
    const grant = grants.find(({ files, status }) => files.includes(id) && status === 'Active')
    if (!grant && reader.grant !== undefined)
      throw new CliError(
        'LINK_OVER',
        'The link does not hold any more: its time is over, or it was taken back. Ask for a new one.',
      )
    if (!grant) throw error
    cli.progress.update('Asking proxies', 0)
    const header = await readHeader(id, access)
    const ask = askProxies({ chain, ...access, random: cli.random })
    const { account } = access
    const frauds: Fraud[] = []
    const onFraud = (fraud: Fraud): void => void frauds.push(fraud)
    const shared = { account, grant: grant.id, fid: id, header, ask, onFraud }
    const capsuleKey = await openShared(chain, shared)
    for (const fraud of frauds) await report(cli, account, fraud)
    const { manifest } = await openFile(id, { ...access, capsuleKey })
    return { manifest, capsuleKey }
  }
}

async function toStdout(
  cli: Cli,
  id: FileId,
  { range }: GetFlags,
  reader: Reader,
  capsuleKey: Uint8Array | undefined,
): Promise<undefined> {
  if (cli.json)
    throw new CliError(
      'USAGE',
      'With --json standard output is for the result. Name a file with -o.',
    )
  const options = { ...common(cli, reader, capsuleKey), range }
  await getFile(id, (bytes) => cli.shell.write(bytes, cli.signal), options)
  return undefined
}

/** Whether what was kept of an earlier download may be what is wrong. */
const suspects = (error: unknown): boolean =>
  (error instanceof SdkError && error.code === 'WRONG_FILE') ||
  (error instanceof ContentError && error.code === 'OUT_OF_RANGE')

async function download(
  cli: Cli,
  id: FileId,
  path: string,
  { range, force = false }: GetFlags,
  reader: Reader,
  capsuleKey: Uint8Array | undefined,
): Promise<OpenedFile> {
  const options = common(cli, reader, capsuleKey)
  const part = `${id.slice(0, 16)}${range ? `-${range.offset}-${range.length ?? ''}` : ''}`
  for (;;) {
    const target = await openTarget(path, part, force)
    const { before } = target
    if (before > 0) cli.progress.say(`Going on after ${size(before)} that came before.`)
    try {
      const file = await getFile(id, (bytes) => target.write(bytes), {
        ...options,
        range: range && {
          offset: range.offset + before,
          length: range.length && range.length - before,
        },
        before: range ? undefined : { length: before, read: target.readBefore },
        onProgress: (done, total) => cli.progress.update('Downloading', done, total),
      })
      await target.finish()
      return file
    } catch (error) {
      if (!suspects(error)) {
        await target.leave()
        throw error
      }
      await target.discard()
      if (before === 0) throw error
      cli.progress.say('What came before is not part of this file; beginning anew.')
    }
  }
}

async function get(cli: Cli, what: FileId, flags: GetFlags): Promise<Result | undefined> {
  const link = isLink(what) ? parseLink(what) : undefined
  const id = link?.fid ?? what
  const reader = await readerOf(cli, link)
  const { manifest, capsuleKey } = await open(cli, id, reader)
  if (flags.output === '-') return toStdout(cli, id, flags, reader, capsuleKey)
  const path = await placeFor(
    cli.shell.cwd,
    flags.output,
    safeName(manifest.name, id),
    flags.force ?? false,
  )
  const file = await download(cli, id, path, flags, reader, capsuleKey)
  const bytes = flags.range
    ? Math.min(flags.range.length ?? Number.POSITIVE_INFINITY, file.size - flags.range.offset)
    : file.size
  return {
    json: { fid: id, file: path, bytes, name: manifest.name },
    text: `${path}  (${size(bytes)}, every byte verified)`,
  }
}

export function addGet(program: Command, action: Action): void {
  program
    .command('get')
    .description('download a file, decrypt it here and verify every byte')
    .argument('<fid>', 'file id, or a link to a shared file', (text: string) =>
      isLink(text) ? text : fid(text),
    )
    .option('-o, --output <file>', 'where to; "-" is standard output (default: its own name)')
    .option('--range <first-last>', 'these bytes only, counted from 0', byteRange)
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      `
The file appears in its place when it is whole. A download that was interrupted goes on when you run the same command
again; what came before is verified too.

Examples:
  cess get 6f2c…e1 -o photo.jpg
  cess get 'https://gateway.example/shared/6f2c…e1?grant=3#…'
  cess get 6f2c…e1 -o - | tar t
  cess get 6f2c…e1 --range 0-1023 -o head.bin`,
    )
    .action(action(get))
}
