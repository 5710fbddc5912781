#!/usr/bin/env node
import { exitCode } from '@cess/service'
import { Command } from 'commander'
import { addAccountCommands } from './commands/account.ts'
import { say } from './commands/common.ts'
import { addRun } from './commands/run.ts'
import { addStatus } from './commands/status.ts'
import { addVerify } from './commands/verify.ts'
import { exampleConfig } from './config/example.ts'
import { codeOf, reasonOf } from './errors.ts'

const program = new Command('cess-miner')
  .description(
    'Storage miner of CESS: keeps encrypted fragments, proves them to the chain, and earns rewards.',
  )
  .version('0.1.0')
  .showHelpAfterError('(`cess-miner help COMMAND` shows what it takes)')
  .addHelpText(
    'after',
    `
First steps:
  cess-miner config > miner.json       a configuration with every setting explained
  chmod 600 miner.key                  the phrase of the account; it needs tokens for collateral
  cess-miner run -c miner.json         registers by itself and starts
  cess-miner status -c miner.json      space, audits, and what needs attention

A development network, four miners in one process:
  cess-miner run --dev-key //Miner --count 4`,
  )

addRun(program)
addStatus(program)
addVerify(program)
addAccountCommands(program)
program
  .command('config')
  .description('print a configuration file with every setting and its explanation')
  .action(() => say(exampleConfig().trimEnd()))

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`cess-miner: ${reasonOf(error)}\n`)
  const usage = codeOf(error) === 'CONFIG' || codeOf(error) === 'KEY'
  process.exitCode = usage ? exitCode.usage : exitCode.failed
}
