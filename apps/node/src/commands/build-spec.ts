import { specJson } from '@cess/runtime'
import type { Command } from 'commander'
import { loadSpec } from '../chain-spec.ts'

/** `cess-node build-spec`: prints a chain specification. */
export function addBuildSpec(program: Command): void {
  program
    .command('build-spec')
    .description('print the raw chain specification of a network')
    .option('--chain <spec>', '"dev", "local", or a file', 'local')
    .option('--bootnodes <addr...>', 'multiaddresses to write into it')
    .option('--name <name>', 'another name for the network')
    .option('--id <id>', 'another id for the network')
    .action((options: { chain: string; bootnodes?: string[]; name?: string; id?: string }) => {
      const spec = loadSpec(options.chain)
      const { name = spec.name, id = spec.id, bootnodes = spec.bootNodes } = options
      const json = specJson({ ...spec, name, id, bootNodes: bootnodes })
      process.stdout.write(`${JSON.stringify(json, undefined, 2)}\n`)
    })
}
