import { chmod, mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Random } from '@cess/ports'
import { codeOf, GatewayError } from '../errors.ts'

/** A secret seed of 32 bytes in a file that only its owner reads; made at the first start. */
export async function loadSeed(file: string, random: Random, what: string): Promise<Uint8Array> {
  const held = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (held === undefined) return create(file, random)
  if (!/^[0-9a-f]{64}\s*$/.test(held))
    throw new GatewayError(
      'DATA_DIR',
      `The file ${file} with the ${what} is damaged. Restore it from a copy, or delete it: the gateway then makes a new one and tells the chain.`,
    )
  await chmod(file, 0o600)
  return Uint8Array.fromHex(held.trim())
}

async function create(file: string, random: Random): Promise<Uint8Array> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
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
