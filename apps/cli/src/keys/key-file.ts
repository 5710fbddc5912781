import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto'
import { concat, fromUtf8, utf8 } from '@cess/bytes'
import type { Random } from '@cess/ports'
import { type Account, accountFromUri } from '@cess/sdk'
import { CliError } from '../errors.ts'

/** A key at rest: the secret URI, sealed with AES-256-GCM under a key that scrypt (RFC 7914) makes of a passphrase. */
interface KeyFile {
  readonly version: 1
  /** SS58 address, to find the key without its passphrase. Authenticated. */
  readonly address: string
  readonly kdf: {
    readonly name: 'scrypt'
    readonly n: number
    readonly r: number
    readonly p: number
    readonly salt: string
  }
  readonly cipher: 'aes-256-gcm'
  readonly nonce: string
  /** Ciphertext and tag. */
  readonly sealed: string
}

/** 128 MiB and a fifth of a second for each guess. */
const SCRYPT = { n: 1 << 17, r: 8, p: 1 } as const
/** Limits for files from elsewhere: work is bounded, and a weakened file is refused. */
const MIN_N = 1 << 14
const MAX_N = 1 << 20
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SALT_BYTES = 32

const derive = (password: string, salt: Uint8Array, n: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const { r, p } = SCRYPT
    const options = { N: n, r, p, maxmem: 256 * n * r }
    scrypt(utf8(password.normalize('NFKC')), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    )
  })

/** All of the file but what is sealed: none of it can be changed. */
const boundTo = ({ sealed: _, ...rest }: KeyFile): Uint8Array =>
  utf8(`cess/cli/key-file/1 ${JSON.stringify(rest)}`)

const damaged = (name: string, why: string): CliError =>
  new CliError(
    'KEY_FILE',
    `The key file of "${name}" ${why}. Restore it from a copy, or import its phrase again.`,
  )

/** Text of a new key file. */
export async function sealKey(uri: string, password: string, random: Random): Promise<string> {
  const salt = random.bytes(SALT_BYTES)
  const nonce = random.bytes(NONCE_BYTES)
  const file: KeyFile = {
    version: 1,
    address: accountFromUri(uri).address,
    kdf: { name: 'scrypt', ...SCRYPT, salt: salt.toHex() },
    cipher: 'aes-256-gcm',
    nonce: nonce.toHex(),
    sealed: '',
  }
  const cipher = createCipheriv('aes-256-gcm', await derive(password, salt, SCRYPT.n), nonce)
  cipher.setAAD(boundTo(file))
  const body = cipher.update(utf8(uri))
  cipher.final()
  const sealed = concat(body, cipher.getAuthTag()).toHex()
  return `${JSON.stringify({ ...file, sealed }, undefined, 2)}\n`
}

const isHexOf = (value: unknown, bytes?: number): value is string =>
  typeof value === 'string' &&
  /^(?:[0-9a-f]{2})+$/.test(value) &&
  (bytes === undefined || value.length === 2 * bytes)

/** @throws CliError KEY_FILE */
export function parseKeyFile(name: string, text: string): KeyFile {
  let value: Partial<KeyFile>
  try {
    value = JSON.parse(text) as Partial<KeyFile>
  } catch {
    throw damaged(name, 'is damaged')
  }
  if (value?.version !== 1) throw damaged(name, 'is of a version that this program does not know')
  const { kdf, address, nonce, sealed, cipher } = value
  const fits =
    kdf?.name === 'scrypt' &&
    kdf.r === SCRYPT.r &&
    kdf.p === SCRYPT.p &&
    kdf.n >= MIN_N &&
    kdf.n <= MAX_N &&
    Number.isInteger(Math.log2(kdf.n)) &&
    cipher === 'aes-256-gcm' &&
    isHexOf(kdf.salt, SALT_BYTES) &&
    isHexOf(nonce, NONCE_BYTES) &&
    isHexOf(sealed) &&
    sealed.length > 2 * TAG_BYTES &&
    typeof address === 'string'
  if (!fits) throw damaged(name, 'is damaged')
  // The order of fields is part of what the tag covers.
  const { n, r, p, salt } = kdf
  return { version: 1, address, kdf: { name: 'scrypt', n, r, p, salt }, cipher, nonce, sealed }
}

/** The secret URI in a key file. @throws CliError WRONG_PASSWORD, KEY_FILE */
export async function openKey(
  name: string,
  text: string,
  password: string,
): Promise<{ readonly uri: string; readonly account: Account }> {
  const file = parseKeyFile(name, text)
  const { kdf, nonce } = file
  const sealed = Uint8Array.fromHex(file.sealed)
  const key = await derive(password, Uint8Array.fromHex(kdf.salt), kdf.n)
  const decipher = createDecipheriv('aes-256-gcm', key, Uint8Array.fromHex(nonce))
  decipher.setAAD(boundTo(file))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw new CliError(
      'WRONG_PASSWORD',
      `The passphrase does not open the key "${name}", or its file was changed. Try again.`,
    )
  }
  const uri = fromUtf8(plain)
  const account = accountFromUri(uri)
  if (account.address !== file.address) throw damaged(name, 'holds another key than it says')
  return { uri, account }
}
