import { basename } from 'node:path'
import type { FileId } from '@cess/bytes'
import { claimWork, getWork, meaningOf, openWork, type Privacy } from '@cess/sdk'
import { type Command, Option } from 'commander'
import type { Action, Cli, Result } from '../../cli.ts'
import { fid, whole } from '../arguments.ts'
import { codesOf, fingerprint, hashOfFile } from './fingerprint.ts'
import { number, owner, parent } from './options.ts'
import { plainWork } from './show.ts'

interface ClaimFlags {
  readonly title?: string
  readonly description?: string
  readonly privacy: Privacy
  readonly file?: FileId
  readonly owner?: ReturnType<typeof owner>
  readonly consent: number
  readonly parent?: ReturnType<typeof parent>
  readonly c2pa?: string
}

async function claim(cli: Cli, path: string, flags: ClaimFlags): Promise<Result> {
  const [account, chain] = await Promise.all([cli.account(), cli.chain()])
  const found = await fingerprint(cli, path, flags)
  if (found.unread) cli.progress.say(found.unread)
  const { privacy, file, consent, owner: owners, parent: parents } = flags
  // What stays secret should not be told by its title.
  const title = flags.title ?? (privacy === 'public' ? found.title || basename(path) : 'Untitled')
  cli.progress.update('Committing to the claim', 0)
  const id = await claimWork(chain, {
    ...{ account, title, codes: codesOf(found), privacy, file, consent },
    ...(owners && { owners }),
    ...(parents && { parents }),
    ...(flags.c2pa && { c2pa: await hashOfFile(flags.c2pa) }),
    onCommitted: () => cli.progress.update('Revealing the claim', 0),
  })
  const work = await getWork(chain, id)
  return {
    json: { work: plainWork(work), fingerprint: found },
    text: [
      `Work ${id}: ${meaningOf(work)}.`,
      ...(work.codes ? [work.codes.iscc] : []),
      `\`cess rights certificate ${id}\` makes what you can show to others.`,
    ],
  }
}

async function open(
  cli: Cli,
  id: number,
  path: string,
  { description }: { readonly description?: string },
): Promise<Result> {
  const [account, chain] = await Promise.all([cli.account(), cli.chain()])
  const { title } = await getWork(chain, id)
  // The title that is on chain went into the Meta-Code, or that of the file where none was given.
  const candidates = [
    codesOf(await fingerprint(cli, path, { title, description })),
    codesOf(await fingerprint(cli, path, { description })),
  ]
  cli.progress.update('Opening the codes', 0)
  const block = await openWork(chain, { account, work: id, candidates })
  return {
    json: { work: id, block },
    text: `The codes of work ${id} are public since block ${block}. It keeps the block of its commitment.`,
  }
}

export function addClaim(rights: Command, action: Action): void {
  rights
    .command('claim')
    .description('claim a work: what it is like, whose it is, since when')
    .argument('<file>', 'the work, on this machine; it is not sent anywhere')
    .option(
      '--title <text>',
      'at most 128 bytes, for everybody to read (default: that in the file)',
    )
    .option('--description <text>', 'goes into the Meta-Code only')
    .addOption(
      new Option('--privacy <mode>', 'what is shown, see below')
        .choices(['public', 'committed', 'custody'])
        .default('public'),
    )
    .option('--file <fid>', 'the encrypted file in storage, to sell access to it', fid)
    .option('--owner <address=percent>', 'an owner and its share; again for others', owner)
    .option('--consent <k>', 'owners that have to agree on licences', whole(1, 16), 1)
    .option('--parent <work[:agreement]>', 'a work that this is derived from', parent)
    .option('--c2pa <manifest>', 'keep the hash of a C2PA manifest')
    .addHelpText(
      'after',
      `
A claim is committed to first and revealed when no fork can take that back, so that nobody who sees it can be faster.

What is shown, and what that tells others:
  public     the codes. Whoever has the file, or one like it, finds the claim; versions of a work can be linked.
             Only public works can be challenged, and confirmed when nobody does.
  committed  a salted hash of the codes, and the title "Untitled" unless you give one. Nobody learns what it is until
             you run \`cess rights open\`. It proves that you had it, not that nobody had it before.
  custody    the id of the encrypted file alone (--file). It proves that you stored something then.

The chain compares codes. It does not know who made a work, and no claim here is a judgement of ownership.

Examples:
  cess rights claim photo.jpg --title "Harbour at night"
  cess rights claim song.flac --owner cX…=60 --owner cY…=40 --consent 2
  cess rights claim draft.docx --privacy committed`,
    )
    .action(action(claim))
  rights
    .command('open')
    .description('show the codes of a work that was claimed as committed')
    .argument('<work>', 'its number', number)
    .argument('<file>', 'the very file that was claimed')
    .option('--description <text>', 'the one that was given then')
    .action(action(open))
}
