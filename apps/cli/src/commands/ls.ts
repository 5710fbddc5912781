import type { FileId } from '@cess/bytes'
import { type ListedFile, listFiles, openFile, parseAddress, removeFile } from '@cess/sdk'
import type { Command } from 'commander'
import type { Action, Cli, Result } from '../cli.ts'
import { printable, size, table } from '../shell/format.ts'
import { fid } from './arguments.ts'

interface LsFlags {
  readonly territory?: string
  readonly names: boolean
}
interface Row extends ListedFile {
  readonly name: string | null
  readonly bytes: number | null
  readonly createdAt: number | null
}

/** Headers that are opened at a time. */
const AT_ONCE = 8

/** What the owner wrote into a file's header; nothing when it cannot be had. */
async function described(cli: Cli, file: ListedFile): Promise<Row> {
  const none = { ...file, name: null, bytes: null, createdAt: null }
  try {
    const opened = await openFile(file.fid, {
      account: await cli.account(),
      gateway: cli.gateway(),
      clock: cli.clock,
      signal: cli.signal,
      attempts: 2,
    })
    const { name, createdAt } = opened.manifest
    return { ...file, name, bytes: opened.size, createdAt: createdAt ?? null }
  } catch {
    cli.signal.throwIfAborted()
    return none
  }
}

async function ls(cli: Cli, { territory, names }: LsFlags): Promise<Result> {
  const chain = await cli.chain()
  const owner = parseAddress(await cli.address())
  if (names) await cli.account()
  const files = await Array.fromAsync(listFiles(chain, owner, { territory }))
  const rows: Row[] = []
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE)
    const bare = (file: ListedFile): Row => ({ ...file, name: null, bytes: null, createdAt: null })
    rows.push(...(names ? await Promise.all(some.map((f) => described(cli, f))) : some.map(bare)))
    cli.progress.update('Opening headers', rows.length)
  }
  const lines = rows.map((row) => [
    row.fid,
    size(row.bytes ?? row.size),
    row.createdAt === null
      ? ''
      : new Date(row.createdAt).toISOString().slice(0, 16).replace('T', ' '),
    row.state,
    printable(row.territory),
    printable(row.name ?? ''),
  ])
  return {
    json: { files: rows },
    text:
      rows.length === 0
        ? 'No files yet. Store one: cess put FILE'
        : table([['FILE', 'SIZE', 'CREATED', 'STATE', 'SPACE', 'NAME'], ...lines]),
  }
}

async function remove(cli: Cli, id: FileId): Promise<Result> {
  const [chain, account] = await Promise.all([cli.chain(), cli.account()])
  cli.progress.update('Deleting', 0)
  const block = await removeFile(chain, account.pair, account.id, id)
  return { json: { fid: id, block }, text: `Deleted in block ${block}. Its miners let it go.` }
}

export function addFiles(program: Command, action: Action): void {
  program
    .command('ls')
    .description('list your files')
    .option('--territory <name>', 'of one territory only')
    .option('--no-names', 'do not open the encrypted headers, which takes a request for each')
    .action(action(ls))
  program
    .command('rm')
    .description('delete a file, for good')
    .argument('<fid>', 'file id', fid)
    .action(action(remove))
}
