import { Command } from 'commander'
import type { Action } from './cli.ts'
import { addAuthorize } from './commands/authorize.ts'
import { addBalance } from './commands/balance.ts'
import { addChain } from './commands/chain.ts'
import { addConfig } from './commands/config.ts'
import { addDoctor } from './commands/doctor.ts'
import { addGet } from './commands/get.ts'
import { addKey } from './commands/key.ts'
import { addFiles } from './commands/ls.ts'
import { addMiners } from './commands/miners.ts'
import { addPut } from './commands/put.ts'
import { addRights } from './commands/rights/index.ts'
import { addTend } from './commands/rights/licences.ts'
import { addShare } from './commands/share.ts'
import { addSpace } from './commands/space.ts'
import { addStatus } from './commands/status.ts'
import type { Shell } from './shell/shell.ts'

const VERSION = '0.1.0'

/** The whole command line. Its parse throws a CommanderError instead of ending the process. */
export function createProgram(action: Action, shell: Shell): Command {
  const program = new Command('cess')
    .description(
      'Store files in the CESS network: encrypted here, held by 12 miners, proved on chain.',
    )
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: shell.out, writeErr: () => undefined })
    .option('--node <url>', 'WebSocket address of a node (CESS_NODE; ws://127.0.0.1:9944)')
    .option('--gateway <url>', 'address of a gateway (CESS_GATEWAY; http://127.0.0.1:8080)')
    .option('--key <name>', 'key to use, if you have several (CESS_KEY)')
    .option(
      '--dev-key <path>',
      'a key that everybody knows, such as //Alice: development networks only',
    )
    .option('--password-stdin', 'take the passphrase of the key from standard input')
    .option('--json', 'print one JSON document, errors too')
    .addHelpText(
      'after',
      `
First steps:
  cess key new                         make a key
  cess space buy --gib 1 --days 30     lease space for your files
  cess authorize                       let the gateway store files for you
  cess put photo.jpg                   encrypt and store a file; prints its id
  cess get FID -o photo.jpg            get it back

On a development network add --dev-key //Alice to any command. Flags win over CESS_NODE, CESS_GATEWAY and CESS_KEY,
those over ~/.cess/config.json. Exit codes: 0 done, 1 failed, 2 the command line is wrong.`,
    )
  addPut(program, action)
  addGet(program, action)
  addFiles(program, action)
  addStatus(program, action)
  addShare(program, action)
  addRights(program, action)
  addTend(program, action)
  addSpace(program, action)
  addAuthorize(program, action)
  addBalance(program, action)
  addKey(program, action)
  addMiners(program, action)
  addChain(program, action)
  addConfig(program, action)
  addDoctor(program, action)
  return program
}
