import {
  appeal,
  challengeWork,
  disputeWork,
  type EvidenceKind,
  getDispute,
  respond,
  revealVote,
  setJuror,
  vote,
} from '@cess/sdk'
import { Argument, type Command, Option } from 'commander'
import type { Action, Cli, Result } from '../../cli.ts'
import { hashOfFile } from './fingerprint.ts'
import { number } from './options.ts'
import { ready } from './ready.ts'

const KINDS: Readonly<Record<string, EvidenceKind>> = {
  'earlier-claim': 'EarlierClaim',
  c2pa: 'C2pa',
  timestamp: 'Timestamp',
  licence: 'Licence',
  other: 'Other',
}

async function told(cli: Cli, dispute: number, said: string): Promise<Result> {
  const { stage, due, work } = await getDispute(await cli.chain(), dispute)
  return {
    json: { dispute, work, stage, due },
    text: `Dispute ${dispute} about work ${work}: ${said} Stage ${stage}, until block ${due}.`,
  }
}

export function addDisputes(rights: Command, action: Action): void {
  rights
    .command('challenge')
    .description('show that a claim is near an earlier one: the chain compares them')
    .argument('<work>', 'number of the later work', number)
    .requiredOption('--prior <work>', 'number of the earlier work', number)
    .action(
      action(async (cli, work: number, { prior }: { readonly prior: number }) => {
        const { chain, account } = await ready(cli)
        const id = await challengeWork(chain, account, work, prior)
        return told(cli, id, `it is near work ${prior}.`)
      }),
    )
  rights
    .command('dispute')
    .description('contest a work with evidence that jurors look at')
    .argument('<work>', 'its number', number)
    .addOption(
      new Option('--kind <kind>', 'what it is').choices(Object.keys(KINDS)).default('other'),
    )
    .requiredOption('--evidence <file>', 'the chain keeps its hash; give it to jurors yourself')
    .action(
      action(async (cli, work: number, flags: { kind: string; evidence: string }) => {
        const { chain, account } = await ready(cli)
        const hash = await hashOfFile(flags.evidence)
        const id = await disputeWork(chain, account, work, { kind: KINDS[flags.kind]!, hash })
        return told(cli, id, 'its owners can answer.')
      }),
    )
  rights
    .command('answer')
    .description('do not accept a dispute about a work of yours: jurors decide')
    .argument('<dispute>', 'its number', number)
    .action(
      action(async (cli, id: number) => {
        const { chain, account } = await ready(cli)
        await respond(chain, account, id)
        return told(cli, id, 'a panel is drawn.')
      }),
    )
  rights
    .command('vote')
    .description('vote as a juror; nobody sees how before all votes are in')
    .argument('<dispute>', 'its number', number)
    .addOption(
      new Option('--for <side>', 'who is right')
        .choices(['challenger', 'owner'])
        .makeOptionMandatory(),
    )
    .action(
      action(async (cli, id: number, flags: { readonly for: string }) => {
        const { chain, account } = await ready(cli)
        await vote(chain, account, id, flags.for === 'challenger')
        return told(
          cli,
          id,
          'your vote is sealed. Show it with `cess rights reveal` in the next stage.',
        )
      }),
    )
  rights
    .command('reveal')
    .description('show your vote; a juror who does not loses a tenth of the bond')
    .argument('<dispute>', 'its number', number)
    .action(
      action(async (cli, id: number) => {
        const { chain, account } = await ready(cli)
        const upheld = await revealVote(chain, account, id)
        return told(cli, id, `you are for the ${upheld ? 'challenger' : 'owner'}.`)
      }),
    )
  rights
    .command('appeal')
    .description('ask for a larger panel after you lost')
    .argument('<dispute>', 'its number', number)
    .action(
      action(async (cli, id: number) => {
        const { chain, account } = await ready(cli)
        await appeal(chain, account, id)
        return told(cli, id, 'a larger panel decides.')
      }),
    )
  rights
    .command('jury')
    .description('become a juror with a bond, or cease to be one')
    .addArgument(new Argument('<which>').choices(['join', 'leave']))
    .action(
      action(async (cli, which: string) => {
        const { chain, account } = await ready(cli)
        await setJuror(chain, account, which === 'join')
        return {
          json: { juror: which === 'join' },
          text:
            which === 'join' ? 'You are a juror.' : 'You are a juror no longer; the bond is back.',
        }
      }),
    )
}
