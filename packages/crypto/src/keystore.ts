import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { utf8 } from '@cess/bytes'
import type { KeyPair, Scheme } from './keys.ts'
import { keyFromUri } from './uri.ts'

/** Which scheme each of Substrate's key types uses. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  babe: 'sr25519',
  gran: 'ed25519',
  audi: 'sr25519',
  imon: 'sr25519',
  acco: 'sr25519',
}

/** Keys on disk as Substrate's nodes keep them: a file for each, named by type and public key. */
export interface FileKeystore {
  /** Keys of a type, read when the store was opened or inserted since. */
  keys(type: string): readonly KeyPair[]
  has(type: string, publicKey: Uint8Array): boolean
  /** @throws RangeError for an unknown type or a malformed secret. */
  insert(type: string, uri: string): Promise<KeyPair>
}

const NAME = /^(?<type>[0-9a-f]{8})(?<key>[0-9a-f]{64})$/

/** Opens (or makes) a keystore folder. Its files are readable by their owner alone. */
export async function createFileKeystore(folder: string): Promise<FileKeystore> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const held = new Map<string, KeyPair[]>()
  const add = (type: string, pair: KeyPair): void => {
    held.set(type, [...(held.get(type) ?? []), pair])
  }
  for (const name of (await readdir(folder)).sort()) {
    const parts = NAME.exec(name)?.groups
    if (!parts) continue
    const type = Buffer.from(parts['type']!, 'hex').toString('latin1')
    const scheme = SCHEMES[type]
    if (!scheme) continue
    const uri: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'))
    if (typeof uri !== 'string') throw new RangeError(`the key file ${name} is damaged`)
    const pair = keyFromUri(uri, scheme)
    if (pair.publicKey.toHex() !== parts['key'])
      throw new RangeError(`the key file ${name} holds another key than its name says`)
    add(type, pair)
  }
  const has = (type: string, publicKey: Uint8Array): boolean =>
    (held.get(type) ?? []).some((p) => p.publicKey.toHex() === publicKey.toHex())
  return {
    keys: (type) => held.get(type) ?? [],
    has,
    async insert(type, uri) {
      const scheme = SCHEMES[type]
      if (!scheme)
        throw new RangeError(`there is no key type ${type}; use ${Object.keys(SCHEMES).join(', ')}`)
      const pair = keyFromUri(uri, scheme)
      if (has(type, pair.publicKey)) return pair
      const file = join(folder, utf8(type).toHex() + pair.publicKey.toHex())
      await writeFile(file, JSON.stringify(uri), { mode: 0o600 })
      add(type, pair)
      return pair
    },
  }
}
