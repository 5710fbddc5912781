import { Command } from 'commander'
import { addAuthorize } from './commands/authorize.ts'
import { addBalance } from './commands/balance.ts'
import { addGet } from './commands/get.ts'
import { addKey } from './commands/key.ts'
import { addFiles } from './commands/ls.ts'
import { addPut } from './commands/put.ts'
import { addSpace } from './commands/space.ts'
import { addStatus } from './commands/status.ts'

const VERSION = '0.1.0'

/** The whole command line. Its parse throws a CommanderError instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('cess')
    .description(
      'Store files in the CESS network: encrypted here, held by 12 miners, proved on chain.',
    )
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeErr: () => undefined })
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
  addPut(program)
  addGet(program)
  addFiles(program)
  addStatus(program)
  addSpace(program)
  addAuthorize(program)
  addBalance(program)
  addKey(program)
  return program
}
