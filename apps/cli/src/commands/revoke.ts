import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileId } from '@cess/bytes'
import { getFile, listFiles, removeFile, revokeGrant, SdkError } from '@cess/sdk'
import type { Cli, Result } from '../cli.ts'
import { openTarget } from '../files/target.ts'
import { put } from './put.ts'

/** A file that was stored anew, under another key. */
interface Rekeyed {
  readonly before: FileId
  readonly after: FileId
}

/**
 * Encrypts a file under a new key and lets go of the old one: whoever has learned the old key, or kept a share, can read
 * nothing that is in storage from now on. The new one is stored before the old one goes.
 */
async function rekey(cli: Cli, fid: FileId, folder: string): Promise<Rekeyed> {
  const [chain, account] = await Promise.all([cli.chain(), cli.account()])
  let territory: string | undefined
  for await (const file of listFiles(chain, account.id))
    if (file.fid === fid) territory = file.territory
  if (territory === undefined)
    throw new SdkError(
      'NOT_FOUND',
      `File ${fid} is not yours any more, or was deleted. There is nothing to re-key.`,
    )
  const path = join(folder, fid)
  const target = await openTarget(path, 'rekey', false)
  const { gateway, clock, signal } = {
    gateway: cli.gateway(),
    clock: cli.clock,
    signal: cli.signal,
  }
  const { manifest } = await getFile(fid, (bytes) => target.write(bytes), {
    ...{ account, gateway, clock, signal },
    onProgress: (done, total) => cli.progress.update('Fetching the file', done, total),
  })
  await target.finish()
  const stored = await put(cli, path, {
    name: manifest.name,
    territory,
    wait: 'stored',
    fresh: true,
  })
  const { fid: after } = stored.json as { readonly fid: FileId }
  await chain.submit(account.pair, chain.tx.Reencryption.rotate({ file: fid }))
  await removeFile(chain, account.pair, account.id, fid)
  await rm(path, { force: true })
  return { before: fid, after }
}

/** Ends a grant; with `rotate` its files are encrypted anew. */
export async function revokeShare(cli: Cli, grant: number, rotate: boolean): Promise<Result> {
  const [chain, account] = await Promise.all([cli.chain(), cli.account()])
  const found = await (await chain.finalized()).query.Reencryption.Grants(grant)
  cli.progress.update('Revoking', 0)
  // One that has ended already may still have its files re-keyed.
  const over = found && found.status !== 'Pending' && found.status !== 'Active'
  const block = rotate && over ? (found.over ?? 0) : await revokeGrant(chain, account, grant)
  const said = `Grant ${grant} is over: no proxy makes a share of it after block ${block}.`
  if (!rotate)
    return { json: { grant, block }, text: `${said} What was read before, you cannot take back.` }
  const files: Rekeyed[] = []
  // Beside the keys of this user, for nobody else to read.
  const { home } = cli.settings.paths
  await mkdir(home, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(home, 'rekey-'))
  try {
    for (const { file } of found?.files ?? []) files.push(await rekey(cli, file, folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return {
    json: { grant, block, rekeyed: files },
    text: [
      said,
      ...files.map(({ before, after }) => `${before} is ${after} now, under a new key.`),
      'Other grants of these files have ended too: share the new ones again where you want to.',
    ],
  }
}
