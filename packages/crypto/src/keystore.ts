import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { utf8 } from '@cess/bytes'
import type { KeyPair, Scheme } from './keys.ts'
import { keyFromUri } from './uri.ts'

/** Which scheme each of Substrate's key types uses. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['babe', 'sr25519'],
  ['gran', 'ed25519'],
  ['audi', 'sr25519'],
  ['imon', 'sr25519'],
  ['acco', 'sr25519'],
])

export type KeystoreErrorCode = 'UNKNOWN_TYPE' | 'DAMAGED' | 'OTHER_KEY' | 'OPEN_TO_OTHERS'

/**
 * What is wrong with a key file or its type. The message names the file, never what is in it.
 * A RangeError like that of a malformed secret, so that callers can show both to whoever gave the key.
 */
export class KeystoreError extends RangeError {
  override readonly name = 'KeystoreError'
  readonly code: KeystoreErrorCode
  constructor(code: KeystoreErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Keys on disk as Substrate's nodes keep them: a file for each, named by type and public key. */
export interface FileKeystore {
  /** Keys of a type, read when the store was opened or inserted since. */
  keys(type: string): readonly KeyPair[]
  has(type: string, publicKey: Uint8Array): boolean
  /** @throws KeystoreError UNKNOWN_TYPE; RangeError for a malformed secret */
  insert(type: string, uri: string): Promise<KeyPair>
}

const NAME = /^(?<type>[0-9a-f]{8})(?<key>[0-9a-f]{64})$/
/** Permission bits of everybody but the owner. */
const OTHERS = 0o077

async function readKey(path: string, scheme: Scheme): Promise<KeyPair> {
  // Windows has no such bits.
  if (process.platform !== 'win32' && ((await stat(path)).mode & OTHERS) !== 0)
    throw new KeystoreError(
      'OPEN_TO_OTHERS',
      `the key file ${path} can be read by other users of this machine; if nobody has, run chmod 600 on it, else replace the key`,
    )
  const text = await readFile(path, 'utf8')
  try {
    return keyFromUri(JSON.parse(text), scheme)
  } catch {
    // Neither error is passed on: a JSON error quotes the text, which is a secret.
    throw new KeystoreError(
      'DAMAGED',
      `the key file ${path} is damaged: it is not one secret in quotes; restore it from a copy or remove it`,
    )
  }
}

/**
 * Opens (or makes) a keystore folder. Folder and files are for their owner alone.
 * @throws KeystoreError for a file that is damaged, holds another key than its name says, or is open to others
 */
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
    const scheme = SCHEMES.get(type)
    if (!scheme) continue
    const path = join(folder, name)
    const pair = await readKey(path, scheme)
    if (pair.publicKey.toHex() !== parts['key'])
      throw new KeystoreError(
        'OTHER_KEY',
        `the key file ${path} holds another ${scheme} key than its name says; rename it or restore it from a copy`,
      )
    add(type, pair)
  }
  const has = (type: string, publicKey: Uint8Array): boolean =>
    (held.get(type) ?? []).some((p) => p.publicKey.toHex() === publicKey.toHex())
  return {
    keys: (type) => held.get(type) ?? [],
    has,
    async insert(type, uri) {
      const scheme = SCHEMES.get(type)
      if (!scheme)
        throw new KeystoreError(
          'UNKNOWN_TYPE',
          `there is no key type ${JSON.stringify(type.slice(0, 20))}; use ${[...SCHEMES.keys()].join(', ')}`,
        )
      const pair = keyFromUri(uri, scheme)
      if (has(type, pair.publicKey)) return pair
      const file = join(folder, utf8(type).toHex() + pair.publicKey.toHex())
      // Renamed when it is whole: a key that is cut off by a crash would keep the node from starting.
      await writeFile(`${file}.new`, JSON.stringify(uri), { mode: 0o600 })
      await rename(`${file}.new`, file)
      add(type, pair)
      return pair
    },
  }
}
