import { readFile, stat } from 'node:fs/promises'
import { DEV_PHRASE, keyFromUri, type Sr25519Pair } from '@cess/crypto'
import { GatewayError, reasonOf } from '../errors.ts'

/** Where the key of the gateway's account comes from. Never from the command line, but for the keys that everybody knows. */
export interface KeySource {
  readonly keyFile?: string | undefined
  /** A path such as `//Gateway` of the development phrase. */
  readonly devKey?: string | undefined
  /** The secret itself, from the environment or standard input. */
  readonly secret?: string | undefined
}

const DEV_PATH = /^(\/\/?[A-Za-z0-9_.-]+)+$/

/** The key of the gateway's account. @throws GatewayError KEY, whose message never repeats a secret */
export async function loadKey({ keyFile, devKey, secret }: KeySource): Promise<Sr25519Pair> {
  const given = [keyFile, devKey, secret].filter((one) => one !== undefined && one !== '').length
  if (given === 0)
    throw new GatewayError(
      'KEY',
      'The gateway needs the key of its account. Put its phrase into a file that only you can read and name it with --key-file, or set CESS_GATEWAY_KEY, or use --dev-key //Gateway on a development network.',
    )
  if (given > 1)
    throw new GatewayError(
      'KEY',
      'More than one key is given. Use one of --key-file, --dev-key, CESS_GATEWAY_KEY and --key-stdin.',
    )
  if (devKey && !DEV_PATH.test(devKey))
    throw new GatewayError(
      'KEY',
      '--dev-key takes a path of the development phrase, such as //Gateway, and nothing secret. Real keys belong into a file: --key-file.',
    )
  const uri = devKey ? `${DEV_PHRASE}${devKey}` : secret?.trim() || (await readSecret(keyFile!))
  try {
    return keyFromUri(uri, 'sr25519')
  } catch (error) {
    // The library's message names what is wrong and repeats nothing of the secret.
    throw new GatewayError('KEY', `The key cannot be used: ${reasonOf(error)}.`)
  }
}

async function readSecret(file: string): Promise<string> {
  const [content, info] = await Promise.all([readFile(file, 'utf8'), stat(file)]).catch(() => {
    throw new GatewayError(
      'KEY',
      `The key file ${file} cannot be read. Check the path and its permissions.`,
    )
  })
  if (process.platform !== 'win32' && (info.mode & 0o077) !== 0)
    throw new GatewayError(
      'KEY',
      `Others on this machine can read the key file ${file}. Run \`chmod 600 ${file}\` and start again.`,
    )
  return content.trim()
}
