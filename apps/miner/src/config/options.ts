import { availableParallelism } from 'node:os'
import { type AccountId, accountId, type Hash, hash, toHex } from '@cess/bytes'
import { ss58Decode } from '@cess/crypto'
import type { LogFormat, LogLevel } from '@cess/service'

/** One setting: how it is called in the file, on the command line and in the environment. */
export interface Option<T> {
  /** Flag with its placeholder, as commander takes it. */
  readonly flag: string
  readonly env: string
  readonly help: string
  /** As the file would say it; undefined when there is no default. */
  readonly example: unknown
  readonly fallback: T
  /** From text (flag, environment) or JSON (file). @throws RangeError with what is expected */
  readonly parse: (given: unknown) => T
}

const option = <T>(o: Option<T>): Option<T> => o

const whole =
  (low: number, high: number) =>
  (given: unknown): number => {
    const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
    if (!Number.isInteger(value) || (value as number) < low || (value as number) > high)
      throw new RangeError(`a whole number from ${low} to ${high}`)
    return value as number
  }
const text = (given: unknown): string => {
  if (typeof given !== 'string' || given.length === 0) throw new RangeError('a text')
  return given
}
const flag = (given: unknown): boolean => {
  if (given === true || given === 'true' || given === '1') return true
  if (given === false || given === 'false' || given === '0') return false
  throw new RangeError('true or false')
}
const oneOf =
  <const N extends string>(...names: readonly N[]) =>
  (given: unknown): N => {
    const found = names.find((name) => name === given)
    if (found === undefined) throw new RangeError(`one of ${names.join(', ')}`)
    return found
  }

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}
/** "500GiB", or a plain number of bytes. */
export function parseSize(given: unknown): number {
  const parts = /^(\d+(?:\.\d+)?)\s*(|KiB|MiB|GiB|TiB)$/.exec(String(given))
  const bytes = parts ? Number(parts[1]) * (UNITS[parts[2] ?? ''] ?? Number.NaN) : Number.NaN
  if (!Number.isFinite(bytes) || bytes > Number.MAX_SAFE_INTEGER)
    throw new RangeError('a size such as 500GiB or 2TiB')
  return Math.floor(bytes)
}

function endpoints(given: unknown): readonly string[] {
  const list = (Array.isArray(given) ? given : [given]).flatMap((entry) => String(entry).split(','))
  if (list.length === 0 || !list.every((url) => /^wss?:\/\/\S+$/.test(url)))
    throw new RangeError('ws:// or wss:// addresses of nodes')
  return list
}

function address(given: unknown): AccountId {
  try {
    return accountId(toHex(ss58Decode(text(given)).bytes))
  } catch {
    throw new RangeError('an account address')
  }
}

function genesisHash(given: unknown): Hash {
  try {
    return hash(text(given))
  } catch {
    throw new RangeError('a block hash: 0x and 64 hex characters')
  }
}

function announced(given: unknown): string {
  const value = text(given)
  if (!/^\/(ip4|ip6|dns|dns4|dns6)\/[^/\s]+(\/tcp\/\d{1,5})?$/.test(value) || value.length > 128)
    throw new RangeError('the front of a multiaddress: /ip4/203.0.113.7 or /dns4/example.org')
  return value
}

const port = whole(0, 65_535)
/** A thread for short work beside one that proves. */
const THREADS = Math.max(2, Math.min(4, availableParallelism() - 1))

/** Every setting of the miner. Flags win over the environment, the environment over the file. */
export const OPTIONS = {
  node: option({
    flag: '--node <urls...>',
    env: 'CESS_NODE',
    help: 'WebSocket addresses of chain nodes; the first that answers is used',
    example: ['ws://127.0.0.1:9944'],
    fallback: ['ws://127.0.0.1:9944'],
    parse: endpoints,
  }),
  genesis: option<Hash | undefined>({
    flag: '--genesis <hash>',
    env: 'CESS_GENESIS',
    help: 'genesis hash of the network that must be there; any network when not given',
    example: undefined,
    fallback: undefined,
    parse: genesisHash,
  }),
  data: option({
    flag: '--data <folder>',
    env: 'CESS_MINER_DATA',
    help: 'folder for fragments, index and identity; one folder below it for each of several miners',
    example: './miner-data',
    fallback: './miner-data',
    parse: text,
  }),
  count: option<number | undefined>({
    flag: '--count <n>',
    env: 'CESS_MINER_COUNT',
    help: 'miners in this process; their keys are derived from the one given: KEY//1, KEY//2, …',
    example: undefined,
    fallback: undefined,
    parse: whole(1, 256),
  }),
  first: option({
    flag: '--first <n>',
    env: 'CESS_MINER_FIRST',
    help: 'with --count: the number that the miners of this process begin with',
    example: 1,
    fallback: 1,
    parse: whole(1, 1_000_000),
  }),
  tib: option({
    flag: '--tib <n>',
    env: 'CESS_MINER_TIB',
    help: 'TiB that each miner declares when it registers; collateral is due for each',
    example: 1,
    fallback: 1,
    parse: whole(1, 1 << 20),
  }),
  maxSpace: option<number | undefined>({
    flag: '--max-space <size>',
    env: 'CESS_MINER_MAX_SPACE',
    help: 'most disk that each miner uses, such as 500GiB; the declared TiB when not given',
    example: '900GiB',
    fallback: undefined,
    parse: parseSize,
  }),
  minFree: option({
    flag: '--min-free <size>',
    env: 'CESS_MINER_MIN_FREE',
    help: 'disk that always stays free',
    example: '1GiB',
    fallback: 2 ** 30,
    parse: parseSize,
  }),
  listenHost: option({
    flag: '--listen-host <ip>',
    env: 'CESS_MINER_LISTEN_HOST',
    help: 'IP address to listen on',
    example: '0.0.0.0',
    fallback: '0.0.0.0',
    parse: text,
  }),
  listenBasePort: option<number | undefined>({
    flag: '--listen-base-port <port>',
    env: 'CESS_MINER_PORT',
    help: 'TCP port of the first miner, one more for each further one; 0 takes any free port; 15001 when not given, any with a development key',
    example: 15_001,
    fallback: undefined,
    parse: port,
  }),
  announce: option<string | undefined>({
    flag: '--announce <multiaddr>',
    env: 'CESS_MINER_ANNOUNCE',
    help: 'how others reach this machine: /ip4/203.0.113.7 or /dns4/miner.example.org, with /tcp/PORT when the router maps another port',
    example: '/ip4/203.0.113.7',
    fallback: undefined,
    parse: announced,
  }),
  beneficiary: option<AccountId | undefined>({
    flag: '--beneficiary <address>',
    env: 'CESS_MINER_BENEFICIARY',
    help: 'account that gets the rewards; the miner itself when not given',
    example: undefined,
    fallback: undefined,
    parse: address,
  }),
  proxy: option({
    flag: '--proxy <bool>',
    env: 'CESS_MINER_PROXY',
    help: 're-encrypt shared files for others, for a part of the fee; each miner puts up a bond for it',
    example: true,
    fallback: false,
    parse: flag,
  }),
  autoClaim: option({
    flag: '--auto-claim <bool>',
    env: 'CESS_MINER_AUTO_CLAIM',
    help: 'claim rewards by itself when an era has ended',
    example: true,
    fallback: true,
    parse: flag,
  }),
  deleteAfter: option({
    flag: '--delete-after <seconds>',
    env: 'CESS_MINER_DELETE_AFTER',
    help: 'seconds from when the chain does not need data any more to its deletion',
    example: 3_600,
    fallback: 3_600,
    parse: whole(0, 30 * 86_400),
  }),
  auditJitter: option({
    flag: '--audit-jitter <seconds>',
    env: 'CESS_MINER_AUDIT_JITTER',
    help: 'answers to audits start up to this many seconds late, so that miners take turns',
    example: 3,
    fallback: 3,
    parse: whole(0, 60),
  }),
  threads: option({
    flag: '--threads <n>',
    env: 'CESS_MINER_THREADS',
    help: 'worker threads for hashing and proving, shared by all miners of the process',
    example: THREADS,
    fallback: THREADS,
    parse: whole(1, 64),
  }),
  statusPort: option({
    flag: '--status-port <port>',
    env: 'CESS_MINER_STATUS_PORT',
    help: 'loopback port for `cess-miner status`; 0 takes any free port',
    example: 0,
    fallback: 0,
    parse: port,
  }),
  metricsPort: option<number | undefined>({
    flag: '--metrics-port <port>',
    env: 'CESS_MINER_METRICS_PORT',
    help: 'port for Prometheus metrics; none when not given',
    example: undefined,
    fallback: undefined,
    parse: port,
  }),
  metricsHost: option({
    flag: '--metrics-host <ip>',
    env: 'CESS_MINER_METRICS_HOST',
    help: 'address that the metrics port listens on',
    example: '127.0.0.1',
    fallback: '127.0.0.1',
    parse: text,
  }),
  logLevel: option<LogLevel>({
    flag: '--log-level <level>',
    env: 'CESS_LOG_LEVEL',
    help: 'debug, info, warn, error or silent',
    example: 'info',
    fallback: 'info',
    parse: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  }),
  logFormat: option<LogFormat>({
    flag: '--log-format <format>',
    env: 'CESS_LOG_FORMAT',
    help: 'text for people, or json for machines',
    example: 'text',
    fallback: 'text',
    parse: oneOf('text', 'json'),
  }),
} as const

type Options = typeof OPTIONS
export type OptionName = keyof Options
/** All settings, checked. */
export type Settings = { readonly [N in OptionName]: ReturnType<Options[N]['parse']> }
