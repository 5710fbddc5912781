import { createLogger, exitCode, runService, withConfigFile } from '@cess/service'
import { Command } from 'commander'
import { addBuildSpec } from './commands/build-spec.ts'
import { addKeyCommands } from './commands/key.ts'
import { startNode } from './node.ts'
import { addNodeOptions, type NodeOptions } from './options.ts'

const program = withConfigFile(new Command('cess-node'))
  .description('A validator or full node of a CESS network.')
  .version('0.1.0')
  // Options after a subcommand are the subcommand's: some have the names of ours.
  .enablePositionalOptions()
addNodeOptions(program)
  .addHelpText(
    'after',
    `
Examples:
  cess-node --dev                                      a chain of your own with one validator
  cess-node --chain local --validator --dev-key //Bob  a validator of the development network
  cess-node --chain spec.json --bootnodes /ip4/…       a full node of another network
  cess-node build-spec --chain local > spec.json`,
  )
  .action(async (options: NodeOptions) => {
    const logger = createLogger({ level: options.logLevel, format: options.logFormat })
    await runService(async () => {
      const node = await startNode(options, { logger })
      const { rpc, peerId, addresses } = node
      if (options.readyJson)
        process.stdout.write(`${JSON.stringify({ ready: true, rpc, peerId, addresses })}\n`)
      return node
    })
  })
addBuildSpec(program)
addKeyCommands(program)

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = exitCode.failed
}
