import { readFile } from 'node:fs/promises'
import { utf8 } from '@cess/bytes'
import {
  type Certificate,
  type Certified,
  certificatePage,
  certificateRows,
  certifyWork,
  LightError,
  verifyCertificate,
} from '@cess/sdk'
import { type Command, InvalidArgumentError } from 'commander'
import type { Action, Cli, Result } from '../../cli.ts'
import { CliError } from '../../errors.ts'
import { openLocal } from '../../files/local-source.ts'
import { openTarget, placeFor } from '../../files/target.ts'
import { printable, table } from '../../shell/format.ts'
import { number } from './options.ts'
import { plainWork } from './show.ts'

/** Longest certificate that is read. */
const MAX_FILE = 32 << 20

const lines = (certified: Certified): string[] =>
  table(certificateRows(certified).map(([name, text]) => [`  ${name}`, printable(text)]))
const plain = (certified: Certified): object => ({ ...certified, work: plainWork(certified.work) })

interface CertificateFlags {
  readonly output?: string
  readonly page?: string
  readonly force?: boolean
}

async function save(cli: Cli, path: string, text: string, force: boolean): Promise<void> {
  const target = await openTarget(path, `certificate-${process.pid}`, force)
  try {
    await target.write(utf8(text))
    await target.finish()
  } catch (error) {
    await target.discard().catch(() => undefined)
    throw error
  }
  cli.progress.say(`Written: ${path}`)
}

async function certificate(cli: Cli, id: number, flags: CertificateFlags): Promise<Result> {
  const chain = await cli.chain()
  const force = flags.force ?? false
  const path = await placeFor(cli.shell.cwd, flags.output, `work-${id}.json`, force)
  cli.progress.update('Waiting for a final block', 0)
  const made = await certifyWork(chain, id)
  const certified = verifyCertificate(made, made.genesis)
  const page = flags.page && (await placeFor(cli.shell.cwd, flags.page, `work-${id}.html`, force))
  await save(cli, path, `${JSON.stringify(made, null, 1)}\n`, force)
  if (page) await save(cli, page, certificatePage(certified), force)
  return {
    json: { file: path, page: page ?? null, certified: plain(certified) },
    text: [
      ...lines(certified),
      `Who has ${path} checks it with \`cess rights verify\`, offline, knowing the genesis hash.`,
    ],
  }
}

async function verify(
  cli: Cli,
  path: string,
  { genesis }: { readonly genesis?: string },
): Promise<Result> {
  const { bytes } = await openLocal(path)
  if (bytes > MAX_FILE) throw new CliError('NO_FILE', `${path} is longer than any certificate.`)
  const text = await readFile(path, 'utf8')
  let input: Certificate
  try {
    input = JSON.parse(text) as Certificate
  } catch {
    throw new LightError(
      'MALFORMED',
      `${path} is no JSON. Choose the file that \`cess rights certificate\` writes.`,
    )
  }
  const known = genesis ?? cli.settings.genesis
  if (known === undefined)
    throw new CliError(
      'USAGE',
      'A certificate is checked against the genesis hash of the network, from somebody you trust. Give it with --genesis, or keep it with `cess config set genesis 0x…`.',
    )
  const certified = verifyCertificate(input, known)
  return { json: { proven: true, ...plain(certified) }, text: ['Proven:', ...lines(certified)] }
}

function hash(text: string): string {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text))
    throw new InvalidArgumentError('A genesis hash is 0x and 64 hex characters.')
  return text.toLowerCase()
}

export function addCertificate(rights: Command, action: Action): void {
  rights
    .command('certificate')
    .description('write what proves the state of a work to anybody, offline')
    .argument('<work>', 'its number', number)
    .option('-o, --output <file>', 'where to (default: work-N.json)')
    .option('--page <file>', 'also a page for paper, with a QR code')
    .option('--force', 'replace files that are there')
    .addHelpText(
      'after',
      `
It holds the claim, a storage proof, the votes of the validators for the block, and how they changed since genesis. It
states only what the chain proves: who claimed it first, and that nobody challenged it in time.`,
    )
    .action(action(certificate))
  rights
    .command('verify')
    .description('check a certificate, without any network')
    .argument('<file>', 'the JSON file')
    .option('--genesis <hash>', 'genesis hash of the network, from somebody you trust', hash)
    .action(action(verify))
}
