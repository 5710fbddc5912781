import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { MinerError } from '../errors.ts'
import { runningMiner } from '../status/client.ts'
import { openStore } from '../store/store.ts'
import { type Finding, verifyStore } from '../verify.ts'
import { createPool } from '../work/pool.ts'
import { load, say, withOptions } from './common.ts'

export const addVerify = (program: Command): void => {
  withOptions(program.command('verify'), ['data', 'threads'])
    .description(
      'read every fragment and compare it with its id, in the running miner or without it',
    )
    .option('--json', 'one JSON line for each finding')
    .action((flags: Record<string, unknown>) => verify(flags))
}

async function verify(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const { settings } = await load(flags)
  const json = flags['json'] === true
  let damaged = 0
  for await (const finding of await findings(settings.data, settings.threads)) {
    if (finding.kind === 'damaged') damaged++
    if (json) say(JSON.stringify(finding))
    else if (finding.kind === 'damaged') say(`${finding.miner}: ${finding.id}: ${finding.why}`)
    else if (finding.kind === 'done')
      say(`${finding.miner}: ${finding.checked} fragments, ${finding.damaged} damaged`)
  }
  if (damaged > 0) process.exitCode = 1
}

async function findings(dataDir: string, threads: number): Promise<AsyncIterable<Finding>> {
  try {
    return (await runningMiner(dataDir)).verify()
  } catch (error) {
    if (!(error instanceof MinerError) || error.code !== 'NOT_RUNNING') throw error
    return offline(dataDir, threads)
  }
}

/** Folders below the data folder that hold an index, or the folder itself. */
async function minerFolders(dataDir: string): Promise<string[]> {
  const isMiner = async (dir: string): Promise<boolean> =>
    readdir(join(dir, 'index')).then(
      () => true,
      () => false,
    )
  const entries = await readdir(dataDir).catch((): string[] => [])
  const found: string[] = []
  for (const dir of [dataDir, ...entries.map((name) => join(dataDir, name))])
    if (await isMiner(dir)) found.push(dir)
  if (found.length === 0)
    throw new MinerError(
      'DATA_DIR',
      `There is no miner's data in ${dataDir}. Name its folder with --data.`,
    )
  return found
}

async function* offline(dataDir: string, threads: number): AsyncIterable<Finding> {
  const pool = createPool(threads)
  try {
    for (const dir of await minerFolders(dataDir)) {
      const store = await openStore({
        dataDir: dir,
        owner: undefined,
        maxBytes: Number.MAX_SAFE_INTEGER,
        minFreeBytes: 0,
        hashFile: (path) => pool.run('hashFile', { path }),
      })
      try {
        yield* verifyStore(basename(dir), store, pool)
      } finally {
        await store.close()
      }
    }
  } finally {
    await pool.close()
  }
}
