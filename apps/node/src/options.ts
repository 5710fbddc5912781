import { homedir } from 'node:os'
import { join } from 'node:path'
import { logOptions } from '@cess/service'
import { type Command, InvalidArgumentError, Option } from 'commander'

/** What `cess-node` can be told. Names are those of Substrate's nodes. */
export interface NodeOptions {
  readonly dev?: true
  readonly tmp?: true
  readonly chain: string
  readonly basePath: string
  readonly name: string
  readonly validator?: true
  readonly devKey?: string
  readonly port: number
  readonly listenAddr?: readonly string[]
  readonly bootnodes?: readonly string[]
  readonly nodeKeyFile?: string
  readonly keystorePath?: string
  readonly statePruning: number | 'archive'
  readonly dbCache: number
  readonly rpcPort: number
  readonly rpcExternal?: true
  readonly rpcMethods: 'auto' | 'safe' | 'unsafe'
  readonly rpcCors?: readonly string[]
  readonly rpcHosts?: readonly string[]
  readonly rpcMaxConnections: number
  readonly prometheusPort?: number
  readonly prometheusExternal?: true
  readonly readyJson?: true
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly logFormat: 'text' | 'json'
}

export const number =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`)
    return value
  }
const port = number(0, 65_535)

function pruning(text: string): number | 'archive' {
  return text === 'archive' ? 'archive' : number(16, 1_000_000)(text)
}

/** A path below the development phrase, which is no secret: //Alice, //Miner//3. */
function devKey(text: string): string {
  if (!/^\/\/[A-Za-z0-9/]{1,64}$/.test(text))
    throw new InvalidArgumentError(
      'It takes a path of the public development phrase such as //Alice. Real keys go into the keystore: cess-node key insert.',
    )
  return text
}

export const defaultBasePath = (): string => join(homedir(), '.cess', 'node')

/** Adds every option of a running node to its command. */
export function addNodeOptions(command: Command): Command {
  const options: Option[] = [
    new Option('--dev', 'a chain of your own: one validator, //Alice, nothing kept from last time'),
    new Option('--tmp', 'keep nothing: use a folder that is deleted at the end'),
    new Option('--chain <spec>', '"dev", "local", or the file of a chain specification')
      .default('local')
      .env('CESS_CHAIN'),
    new Option('-d, --base-path <dir>', 'where the node keeps its data')
      .default(defaultBasePath())
      .env('CESS_NODE_DATA'),
    new Option('--name <name>', 'a name for people').default('cess-node'),
    new Option('--validator', 'author blocks and vote, with the keys in the keystore'),
    new Option('--dev-key <path>', 'validate with a key of the development phrase').argParser(
      devKey,
    ),
    new Option('--port <n>', 'TCP port for other nodes (0: any)').argParser(port).default(30_333),
    new Option('--listen-addr <addr...>', 'multiaddresses to listen on instead of --port'),
    new Option('--bootnodes <addr...>', 'multiaddresses of nodes to begin with'),
    new Option('--node-key-file <file>', '32 bytes (or hex) that make this node’s peer id'),
    new Option('--keystore-path <dir>', 'where session keys are, if not under the base path'),
    new Option('--state-pruning <blocks>', 'final blocks that keep their state, or "archive"')
      .argParser(pruning)
      .default(256),
    new Option('--db-cache <MiB>', 'memory for what was read lately of the database')
      .argParser(number(8, 65_536))
      .default(64),
    new Option('--rpc-port <n>', 'port of JSON-RPC over http and ws (0: any)')
      .argParser(port)
      .default(9944)
      .env('CESS_RPC_PORT'),
    new Option('--rpc-external', 'answer JSON-RPC from other machines too'),
    new Option('--rpc-methods <set>', 'auto: unsafe methods only from this machine')
      .choices(['auto', 'safe', 'unsafe'])
      .default('auto'),
    new Option('--rpc-cors <origin...>', 'web pages that may use JSON-RPC, or "all"'),
    new Option(
      '--rpc-hosts <host...>',
      'names that JSON-RPC is called by, behind a proxy; or "all"',
    ),
    new Option('--rpc-max-connections <n>', 'JSON-RPC connections at once')
      .argParser(number(1, 100_000))
      .default(1000),
    new Option('--prometheus-port <n>', 'serve metrics on this port').argParser(port),
    new Option('--prometheus-external', 'serve metrics to other machines too'),
    new Option('--ready-json', 'print one line of JSON with all addresses once it runs'),
    ...logOptions(),
  ]
  for (const option of options) command.addOption(option)
  return command
}
