import { text as readStdin } from 'node:stream/consumers'
import { hash } from '@cess/bytes'
import { noMetrics } from '@cess/ports'
import {
  createLogger,
  createMetrics,
  runService,
  serveMetrics,
  withConfigFile,
} from '@cess/service'
import { Command } from 'commander'
import { loadKey } from '../config/keys.ts'
import { addRunOptions, type RunOptions, settingsOf } from '../config/options.ts'
import { startGateway } from '../gateway.ts'

async function start(o: RunOptions) {
  const logger = createLogger({ level: o.logLevel, format: o.logFormat })
  const secret = o.keyStdin ? await readStdin(process.stdin) : process.env['CESS_GATEWAY_KEY']
  // Children and reports of the process have no business with it.
  delete process.env['CESS_GATEWAY_KEY']
  const pair = await loadKey({ keyFile: o.keyFile, devKey: o.devKey, secret })
  const measured = o.metricsPort === undefined ? undefined : createMetrics()
  const gateway = await startGateway(settingsOf(o), {
    pair,
    logger,
    metrics: measured?.metrics ?? noMetrics,
    ...(o.genesis !== undefined && { genesisHash: hash(o.genesis) }),
  })
  const metrics =
    measured &&
    (await serveMetrics(measured.registry, { host: o.metricsHost, port: o.metricsPort! }))
  if (o.readyJson) {
    const { url, address, peerId } = gateway
    const line = { ready: true, url, account: address, peerId, metricsPort: metrics?.port }
    process.stdout.write(`${JSON.stringify(line)}\n`)
  }
  return {
    async stop() {
      await metrics?.close()
      await gateway.stop()
    },
  }
}

export const runCommand = (): Command =>
  withConfigFile(addRunOptions(new Command('run')))
    .description('run the gateway: it registers itself on chain and serves HTTP')
    .addHelpText(
      'after',
      `
Examples:
  cess-gateway run --dev-key //Gateway                     with a development network on this machine
  cess-gateway run --key-file gateway.key --host 0.0.0.0 --domain https://gateway.example \\
    --node wss://node.example --cache-size 200GiB
  cess-gateway config > gateway.json; cess-gateway run --config gateway.json

The account needs tokens for fees: about 0.01 for each file. Users let it act for them with \`cess authorize\`.`,
    )
    .action((options: RunOptions) => runService(() => start(options)))
