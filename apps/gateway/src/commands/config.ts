import { Command } from 'commander'
import { addRunOptions } from '../config/options.ts'

/** A configuration with every option that a file makes sense for, at its default or with an example. */
function example(): string {
  const skipped = new Set(['keyStdin', 'readyJson', 'devKey'])
  const examples: Readonly<Record<string, unknown>> = {
    keyFile: '/etc/cess/gateway.key',
    domain: 'https://gateway.example',
    cacheSize: '10GiB',
    spoolSize: '100GiB',
    diskReserve: '1GiB',
    maxFileSize: '31.25GiB',
    maxUploads: 16,
    accountUploads: 8,
    accountRate: 240,
    memory: '96MiB',
    metricsPort: 9616,
  }
  const values: Record<string, unknown> = {}
  for (const option of addRunOptions(new Command()).options) {
    const name = option.attributeName()
    const value = examples[name] ?? (option.defaultValue as unknown)
    if (!skipped.has(name) && value !== undefined) values[name] = value
  }
  return JSON.stringify(values, null, 2)
}

export const configCommand = (): Command =>
  new Command('config')
    .description(
      'print a configuration file for `run --config`; `run --help` explains its settings',
    )
    .action(() => {
      process.stdout.write(`${example()}\n`)
    })
