import { meaningOf, searchWorks, type Work } from '@cess/sdk'
import type { Command } from 'commander'
import { type Action, address, type Cli, type Result } from '../../cli.ts'
import { printable } from '../../shell/format.ts'
import { fingerprint, unitsOf } from './fingerprint.ts'
import { plainWork } from './show.ts'

const row = (work: Work, why: string): string =>
  `  work ${work.id}  ${why}  ${printable(work.title)}  by ${address(work.creator)}  (${meaningOf(work)})`

async function search(cli: Cli, wanted: readonly string[]): Promise<Result> {
  const isCode = (text: string): boolean => text.startsWith('ISCC:')
  const units = wanted.every(isCode) ? wanted : unitsOf(await fingerprint(cli, wanted[0]!))
  const chain = await cli.chain()
  const { exact, works } = await searchWorks(chain, cli.gateway(), units, cli.signal)
  const others = works.filter(({ work }) => work.id !== exact?.id)
  return {
    json: {
      exact: exact && plainWork(exact),
      works: works.map((found) => ({ ...found, work: plainWork(found.work) })),
    },
    text: [
      ...(exact ? ['The very same bytes:', row(exact, 'equal')] : []),
      ...(others.length > 0 ? ['Works like it:'] : []),
      ...others.map(({ work, tier, code, differing }) =>
        row(work, `${tier}, ${differing} of 64 bits of the ${code} code differ`),
      ),
      ...(exact || others.length > 0
        ? []
        : ['Nobody has claimed this, or anything near it, in public.']),
    ],
  }
}

export function addSearch(rights: Command, action: Action): void {
  rights
    .command('search')
    .description('works that are the same as a file, or like it')
    .argument('<file-or-iscc...>', 'a file on this machine, or all units of an ISCC')
    .addHelpText(
      'after',
      `
The gateway learns the codes that you look for, and nothing else of the file. "near" is what the chain takes as a
copy (8 of 64 bits at most); "similar" ones happen by chance as well, and prove nothing.`,
    )
    .action(action(search))
}
