import { chmod, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '@cess/ports'
import { codeOf, MinerError } from './errors.ts'

/** The seed of a miner's libp2p key: kept in its data folder, made at the first start. */
export async function loadIdentity(dataDir: string, random: Random): Promise<Uint8Array> {
  const file = join(dataDir, 'identity')
  const held = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (held === undefined) return create(file, dataDir, random)
  const text = held.trim()
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new MinerError(
      'DATA_DIR',
      `The identity file ${file} is damaged. Restore it from a copy, or delete it: the miner then gets a new peer id and tells the chain.`,
    )
  await chmod(file, 0o600)
  return Uint8Array.fromHex(text)
}

async function create(file: string, dataDir: string, random: Random): Promise<Uint8Array> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const seed = random.bytes(32)
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(`${seed.toHex()}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return seed
}
