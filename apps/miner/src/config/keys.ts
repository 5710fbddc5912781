import { readFile, stat } from 'node:fs/promises'
import { DEV_PHRASE, type KeyPair, keyFromUri } from '@cess/crypto'
import { MinerError } from '../errors.ts'

/** Where the secret of a miner comes from. Never from the command line, but for the development keys that everybody knows. */
export interface KeySource {
  readonly keyFile?: string | undefined
  /** A path such as `//Miner1`, derived from the development phrase. */
  readonly devKey?: string | undefined
  /** The secret itself, from the environment or standard input. */
  readonly secret?: string | undefined
}

const DEV_PATH = /^(\/\/?[A-Za-z0-9_.-]+)+$/

/** The secret URI that a source names. @throws MinerError KEY, whose message never repeats a secret */
export async function secretOf(source: KeySource): Promise<string> {
  const { keyFile, devKey, secret } = source
  const given = [keyFile, devKey, secret].filter((s) => s !== undefined && s !== '').length
  if (given === 0)
    throw new MinerError(
      'KEY',
      'The miner needs the key of its account. Put its phrase into a file that only you can read and name it with --key-file, or set CESS_MINER_KEY, or use --dev-key //Miner on a development network.',
    )
  if (given > 1)
    throw new MinerError(
      'KEY',
      'More than one key is given. Use one of --key-file, --dev-key, CESS_MINER_KEY and --key-stdin.',
    )
  if (devKey !== undefined && devKey !== '') {
    if (!DEV_PATH.test(devKey))
      throw new MinerError(
        'KEY',
        '--dev-key takes a path of the development phrase, such as //Miner, and nothing secret. Real keys belong into a file: --key-file.',
      )
    return `${DEV_PHRASE}${devKey}`
  }
  return secret ? secret.trim() : readSecret(keyFile as string)
}

async function readSecret(file: string): Promise<string> {
  try {
    const [content, { mode }] = await Promise.all([readFile(file, 'utf8'), stat(file)])
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new MinerError(
        'KEY',
        `Others on this machine can read the key file ${file}. Run \`chmod 600 ${file}\` and start again.`,
      )
    return content.trim()
  } catch (error) {
    if (error instanceof MinerError) throw error
    throw new MinerError(
      'KEY',
      `The key file ${file} cannot be read. Check the path and its permissions.`,
    )
  }
}

/** The key of a secret URI, with a further path. @throws MinerError KEY */
export function keyOf(secret: string, path = ''): KeyPair {
  // A password stands behind the path: PHRASE//path///password.
  const at = secret.indexOf('///')
  const [front, password] = at < 0 ? [secret, ''] : [secret.slice(0, at), secret.slice(at)]
  try {
    return keyFromUri(`${front}${path}${password}`, 'sr25519')
  } catch (error) {
    // The library's message names what is wrong and repeats nothing of the secret.
    throw new MinerError('KEY', `The key cannot be used: ${(error as Error).message}.`)
  }
}
