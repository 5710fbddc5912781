import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

const made: string[] = []

/** A new folder that goes away when the tests end. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cess-miner-'))
  made.push(path)
  return path
}

after(() => Promise.all(made.map((path) => rm(path, { recursive: true, force: true }))))
