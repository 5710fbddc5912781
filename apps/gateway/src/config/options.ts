import { homedir } from 'node:os'
import { join } from 'node:path'
import { logOptions } from '@cess/service'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { GatewaySettings } from './config.ts'
import { parseSize } from './sizes.ts'

/** What `cess-gateway run` can be told. Sizes in bytes. */
export interface RunOptions {
  readonly keyFile?: string
  readonly devKey?: string
  readonly keyStdin?: true
  readonly data: string
  readonly node: readonly string[]
  readonly genesis?: string
  readonly host: string
  readonly port: number
  readonly domain?: string
  readonly listenHost: string
  readonly listenPort: number
  readonly cacheSize?: number
  readonly spoolSize?: number
  readonly diskReserve?: number
  readonly maxFileSize?: number
  readonly maxUploads?: number
  readonly accountUploads?: number
  readonly accountRate?: number
  readonly memory?: number
  readonly encodeThreads?: number
  readonly tagThreads?: number
  readonly challengeCopies?: true
  readonly proxy?: true
  readonly metricsPort?: number
  readonly metricsHost: string
  readonly readyJson?: true
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly logFormat: 'text' | 'json'
}

const number =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`)
    return value
  }
const port = number(0, 65_535)

function size(text: string): number {
  try {
    return parseSize(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

export const defaultData = (): string => join(homedir(), '.cess', 'gateway')

/** Where a running gateway keeps its data; the other commands find it there. */
export const dataOption = (): Option =>
  new Option('--data <dir>', 'where the gateway keeps its data')
    .default(defaultData(), '~/.cess/gateway')
    .env('CESS_GATEWAY_DATA')

/** Adds every option of a running gateway to its command. */
export function addRunOptions(command: Command): Command {
  const sized = (flags: string, help: string, shown: string): Option =>
    new Option(flags, `${help} (default: ${shown})`).argParser(size)
  const options: Option[] = [
    new Option('--key-file <file>', 'file with the phrase of the gateway’s account').env(
      'CESS_GATEWAY_KEY_FILE',
    ),
    new Option('--dev-key <path>', 'a key of the public development phrase, such as //Gateway'),
    new Option('--key-stdin', 'read the phrase from standard input'),
    dataOption(),
    new Option('--node <url...>', 'WebSocket addresses of nodes, tried in order')
      .default(['ws://127.0.0.1:9944'])
      .env('CESS_NODE'),
    new Option('--genesis <hash>', 'refuse a node of any other network'),
    new Option('--host <address>', 'address that HTTP is served at')
      .default('127.0.0.1')
      .env('CESS_GATEWAY_HOST'),
    new Option('--port <n>', 'port of HTTP (0: any)')
      .argParser(port)
      .default(8080)
      .env('CESS_GATEWAY_PORT'),
    new Option('--domain <url>', 'address at which others reach it; it is registered on chain'),
    new Option('--listen-host <address>', 'address that libp2p listens on').default('0.0.0.0'),
    new Option('--listen-port <n>', 'TCP port of libp2p (0: any)').argParser(port).default(0),
    sized('--cache-size <size>', 'disk for what is read often', '10GiB'),
    sized('--spool-size <size>', 'disk for files on their way to miners', '100GiB'),
    sized('--disk-reserve <size>', 'free disk that is never used', '1GiB'),
    sized('--max-file-size <size>', 'longest file that is taken', '31.25GiB'),
    new Option('--max-uploads <n>', 'uploads at the same time (default: 16)').argParser(
      number(1, 10_000),
    ),
    new Option(
      '--account-uploads <n>',
      'uploads of one account at the same time (default: 8)',
    ).argParser(number(1, 10_000)),
    new Option(
      '--account-rate <n>',
      'uploads that an account may begin in a minute (default: 240)',
    ).argParser(number(1, 1_000_000)),
    sized(
      '--memory <size>',
      'fragments in memory for readers; two thirds of it for miners',
      '96MiB',
    ),
    new Option('--encode-threads <n>', 'threads for coding and hashing').argParser(number(1, 64)),
    new Option('--tag-threads <n>', 'threads for tags').argParser(number(1, 64)),
    new Option(
      '--challenge-copies',
      'challenge claims of rights that are near earlier ones, with a bond of the gateway’s account',
    ).env('CESS_GATEWAY_CHALLENGE_COPIES'),
    new Option(
      '--proxy',
      'be a proxy: re-encrypt shared files for others, with a bond of the gateway’s account',
    ).env('CESS_GATEWAY_PROXY'),
    new Option('--metrics-port <n>', 'serve Prometheus metrics on this port').argParser(port),
    new Option('--metrics-host <address>', 'address that metrics are served at').default(
      '127.0.0.1',
    ),
    new Option('--ready-json', 'print one line of JSON with all addresses once it serves'),
    ...logOptions(),
  ]
  for (const option of options) command.addOption(option)
  return command
}

const said = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>

/** Options as a gateway takes them. */
export function settingsOf(o: RunOptions): GatewaySettings {
  const limits = {
    cacheBytes: o.cacheSize,
    spoolBytes: o.spoolSize,
    diskReserve: o.diskReserve,
    maxFile: o.maxFileSize,
    maxUploads: o.maxUploads,
    accountUploads: o.accountUploads,
    accountPerMinute: o.accountRate,
    memoryBytes: o.memory,
  }
  return {
    data: o.data,
    node: o.node,
    host: o.host,
    port: o.port,
    listenHost: o.listenHost,
    listenPort: o.listenPort,
    ...said({
      domain: o.domain,
      encodeThreads: o.encodeThreads,
      tagThreads: o.tagThreads,
      challengeCopies: o.challengeCopies,
      proxy: o.proxy,
    }),
    limits: said(limits) as NonNullable<GatewaySettings['limits']>,
  } as GatewaySettings
}
