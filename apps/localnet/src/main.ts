import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '@cess/ports'
import { connectChain } from '@cess/sdk'
import { Command, InvalidArgumentError, Option } from 'commander'
import { startNetwork } from './network.ts'
import { runOnce } from './once.ts'
import { watch } from './watch.ts'

interface Options {
  readonly once?: string
  readonly data: string
  readonly rpcPort: number
  readonly p2pPort: number
  readonly gatewayPort: number
  readonly miners: number
  readonly logLevel: string
}

const whole =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`)
    return value
  }

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** A folder that holds something else is not filled with a network. */
function checkData(data: string): void {
  if (!existsSync(data) || existsSync(join(data, 'CESS-NETWORK'))) return
  if (readdirSync(data).length > 0)
    throw new Error(
      `${data} holds something else. Name an empty folder with --data, or one of an earlier run.`,
    )
}

async function run(options: Options): Promise<void> {
  const ports = { rpc: options.rpcPort, p2p: options.p2pPort, gateway: options.gatewayPort }
  const { miners, logLevel } = options
  if (options.once !== undefined) {
    if (!existsSync(options.once)) throw new Error(`There is no file ${options.once}.`)
    const free = { rpc: 0, p2p: 0, gateway: 0 }
    return runOnce(options.once, { ports: free, miners: 12, logLevel, progress: () => undefined })
  }
  const data = resolve(options.data)
  checkData(data)
  const stop = new AbortController()
  const started = systemClock.now()
  let asked = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (++asked > 2) process.exit(1)
      stop.abort()
    })
  const { signal } = stop
  const network = await startNetwork({ data, ports, miners, logLevel, signal, progress: say })
  say(`Ready in ${((systemClock.now() - started) / 1000).toFixed(1)} s.`)
  const endpoints = [
    ['JSON-RPC', network.rpc],
    ['gateway', network.gateway],
    ['data and logs', data],
  ] as const
  for (const [name, url] of endpoints) say(`  ${name.padEnd(14)} ${url}`)
  const clients = await Promise.all(
    network.rpcs.map((url) => connectChain({ endpoints: [url], clock: systemClock })),
  )
  const fallen = network.fallen.then((why) => {
    stop.abort()
    return why
  })
  await watch({ clients, endpoints, miners, signal })
  for (const client of clients) client.close()
  say('Stopping…')
  const why = await Promise.race([fallen, Promise.resolve(undefined)])
  await network.stop()
  if (why !== undefined) throw new Error(`${why} Its log is in ${join(data, 'logs')}.`)
  say('Stopped.')
}

const command = new Command('npm start --')
  .description(
    'Runs a whole CESS network on this machine: 3 validators, 12 miners, a gateway and funded development accounts.',
  )
  .addOption(
    new Option(
      '--once <file>',
      'send FILE through its whole life on a throw-away network, then exit',
    ),
  )
  .addOption(new Option('--data <dir>', 'where the network keeps its state').default('data'))
  .addOption(
    new Option('--rpc-port <n>', 'JSON-RPC of the first validator')
      .argParser(whole(0, 65_000))
      .default(9944),
  )
  .addOption(
    new Option('--p2p-port <n>', 'libp2p of the first validator')
      .argParser(whole(0, 65_000))
      .default(30_333),
  )
  .addOption(
    new Option('--gateway-port <n>', 'HTTP of the gateway')
      .argParser(whole(0, 65_535))
      .default(8080),
  )
  .addOption(new Option('--miners <n>', 'how many miners').argParser(whole(12, 32)).default(12))
  .addOption(
    new Option('--log-level <level>', 'of the programs, into the data folder')
      .choices(['debug', 'info', 'warn', 'error'])
      .default('info'),
  )
  .addHelpText(
    'after',
    '\nExamples:\n  npm start\n  npm start -- --once photo.jpg\n  npm start -- --data /tmp/net --rpc-port 9955',
  )
  .action(async (options: Options) => {
    try {
      await run(options)
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = 1
    }
  })
await command.parseAsync()
