#!/usr/bin/env node
import { exitCode } from '@cess/service'
import { Command } from 'commander'
import { configCommand } from './commands/config.ts'
import { runCommand } from './commands/run.ts'
import { statusCommand } from './commands/status.ts'
import { reasonOf } from './errors.ts'
import { VERSION } from './http/information.ts'

const program = new Command('cess-gateway')
  .description(
    'Gateway of CESS: takes encrypted files over HTTP, brings them to 12 miners, and back. It never needs a key of its users.',
  )
  .version(VERSION)
  .showHelpAfterError('(cess-gateway help COMMAND shows what it takes)')
  .addCommand(runCommand())
  .addCommand(statusCommand())
  .addCommand(configCommand())

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`cess-gateway: ${reasonOf(error)}\n`)
  process.exitCode = exitCode.failed
}
