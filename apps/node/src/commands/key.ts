import { join } from 'node:path'
import { toHex } from '@cess/bytes'
import {
  createFileKeystore,
  generateMnemonic,
  type KeyPair,
  keyFromUri,
  type Scheme,
  ss58Encode,
} from '@cess/crypto'
import { peerIdOf } from '@cess/network'
import { type Command, Option } from 'commander'
import { loadNodeKey } from '../identity.ts'
import { defaultBasePath } from '../options.ts'

const schemeOption = () =>
  new Option('--scheme <scheme>', 'kind of key')
    .choices(['sr25519', 'ed25519', 'ecdsa'])
    .default('sr25519')

/** A secret from standard input: it must not stand in a process's arguments, where every user sees it. */
async function readSecret(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Secret phrase or URI (then Enter, Ctrl-D): ')
  let text = ''
  for await (const part of process.stdin) {
    text += String(part)
    if (text.length > 4096) throw new RangeError('That is too long for a secret.')
  }
  return text.trim().startsWith('{') ? phraseOf(text) : text.trim()
}
/** The phrase in what `key generate` prints, so that its output can be kept and used as it is. */
function phraseOf(json: string): string {
  let phrase: unknown
  try {
    phrase = (JSON.parse(json) as { readonly secretPhrase?: unknown }).secretPhrase
  } catch {
    // The parser's own error would repeat what it read.
  }
  if (typeof phrase === 'string') return phrase
  throw new RangeError('That is neither a secret nor what `key generate` prints.')
}

const show = (pair: KeyPair): Record<string, string> => ({
  scheme: pair.scheme,
  publicKey: toHex(pair.publicKey),
  ...(pair.scheme !== 'ecdsa' && { address: ss58Encode(pair.publicKey) }),
})
const print = (value: unknown): void =>
  void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)

/** `cess-node key …`: makes, shows and stores keys. Secrets are read from standard input. */
export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('make, show and store keys')
  key
    .command('generate')
    .description('make a new secret phrase')
    .addOption(schemeOption())
    .action(({ scheme }: { scheme: Scheme }) => {
      const secretPhrase = generateMnemonic(24)
      print({ secretPhrase, ...show(keyFromUri(secretPhrase, scheme)) })
    })
  key
    .command('inspect')
    .description('show the public key of a secret read from standard input')
    .addOption(schemeOption())
    .action(async ({ scheme }: { scheme: Scheme }) =>
      print(show(keyFromUri(await readSecret(), scheme))),
    )
  key
    .command('insert')
    .description('put a secret read from standard input into the keystore of a node')
    .addOption(
      new Option('--key-type <type>', 'what it is for')
        .choices(['babe', 'gran'])
        .makeOptionMandatory(),
    )
    .option('-d, --base-path <dir>', 'data folder of the node', defaultBasePath())
    .option('--keystore-path <dir>', 'keystore, if not under the base path')
    .action(async (options: { keyType: string; basePath: string; keystorePath?: string }) => {
      const store = await createFileKeystore(
        options.keystorePath ?? join(options.basePath, 'keystore'),
      )
      print(show(await store.insert(options.keyType, await readSecret())))
    })
  key
    .command('node-id')
    .description('show the peer id of a node, making its key if there is none')
    .option('-d, --base-path <dir>', 'data folder of the node', defaultBasePath())
    .action(async ({ basePath }: { basePath: string }) =>
      print({ peerId: await peerIdOf(loadNodeKey(join(basePath, 'node-key'))) }),
    )
}
