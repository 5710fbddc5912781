import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Folders,
  folders,
  GATEWAY_KEY,
  MINERS_PER_PROCESS,
  type Ports,
  PROGRAMS,
  VALIDATORS,
} from './layout.ts'
import { NODE_FLAGS } from './node-flags.ts'
import { type NetworkProcess, startProcess } from './process.ts'

export interface NetworkOptions {
  readonly data: string
  readonly ports: Ports
  readonly miners: number
  readonly logLevel: string
  /** Ends what has been started when it fires before everything is ready. */
  readonly signal?: AbortSignal
  /** Told what happens while the network comes up. */
  progress(sentence: string): void
}

/** A network of its own processes on this machine. */
export interface LocalNetwork {
  readonly folders: Folders
  /** JSON-RPC of the first validator. */
  readonly rpc: string
  /** JSON-RPC of all of them. */
  readonly rpcs: readonly string[]
  readonly gateway: string
  readonly validators: readonly NetworkProcess[]
  /** Each hosts `MINERS_PER_PROCESS` miners. */
  readonly minerProcesses: readonly NetworkProcess[]
  /** The one that runs now. */
  gatewayProcess(): NetworkProcess
  /** Stops the gateway unless it has ended, and starts it again at the same address, with its copies of files or without. */
  restartGateway(copies: 'kept' | 'deleted'): Promise<void>
  /** Starts a process of miners again that has ended, on what it had on disk. */
  restartMiners(index: number): Promise<void>
  /** Starts a validator again that has ended, on what it had on disk. Returns its JSON-RPC. */
  restartValidator(index: number): Promise<string>
  /** Resolves with a sentence when a program ends that nobody stopped. */
  readonly fallen: Promise<string>
  stop(): Promise<void>
}

const READY_MS = 60_000

interface ValidatorReady {
  readonly rpc: string
  readonly addresses: readonly string[]
}

function startValidator(
  options: NetworkOptions,
  dirs: Folders,
  index: number,
  bootnodes: readonly string[],
): NetworkProcess {
  const { rpc, p2p } = options.ports
  // Port 0 takes any; otherwise the validators follow each other.
  const port = (first: number): string => String(first === 0 ? 0 : first + index)
  return startProcess({
    name: `validator ${index + 1}`,
    main: PROGRAMS.node,
    flags: NODE_FLAGS,
    args: [
      ...['--chain', 'local', '--validator', '--dev-key', VALIDATORS[index]!],
      ...['--base-path', dirs.node(index), '--rpc-port', port(rpc)],
      ...['--listen-addr', `/ip4/127.0.0.1/tcp/${port(p2p)}`],
      ...(bootnodes.length > 0 ? ['--bootnodes', ...bootnodes] : []),
      ...['--log-level', options.logLevel, '--name', `validator-${index + 1}`, '--ready-json'],
    ],
    logFile: dirs.log(`validator ${index + 1}`),
    readyMs: READY_MS,
    env: processEnv(dirs),
  })
}

/** Compiled code is kept beside the data: the seven processes load much the same. */
const processEnv = (dirs: Folders) => ({ NODE_COMPILE_CACHE: join(dirs.data, 'compile-cache') })

function startMiners(
  options: NetworkOptions,
  dirs: Folders,
  index: number,
  nodes: readonly string[],
): NetworkProcess {
  const first = index * MINERS_PER_PROCESS + 1
  const count = Math.min(MINERS_PER_PROCESS, options.miners - first + 1)
  return startProcess({
    name: `miners ${first}-${first + count - 1}`,
    main: PROGRAMS.miner,
    args: [
      ...['run', '--dev-key', '//Miner', '--first', String(first), '--count', String(count)],
      ...['--data', dirs.miners(index), '--node', ...nodes],
      ...['--listen-host', '127.0.0.1', '--log-level', options.logLevel, '--ready-json'],
      ...['--proxy', 'true'],
    ],
    logFile: dirs.log(`miners ${index + 1}`),
    readyMs: READY_MS,
    env: processEnv(dirs),
  })
}

function startGateway(
  options: NetworkOptions,
  dirs: Folders,
  nodes: readonly string[],
  port = options.ports.gateway,
): NetworkProcess {
  return startProcess({
    name: 'gateway',
    main: PROGRAMS.gateway,
    args: [
      ...['run', '--dev-key', GATEWAY_KEY, '--data', dirs.gateway(), '--node', ...nodes],
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...['--listen-host', '127.0.0.1', '--log-level', options.logLevel, '--ready-json'],
      ...['--challenge-copies', '--proxy'],
    ],
    logFile: dirs.log('gateway'),
    readyMs: READY_MS,
    env: processEnv(dirs),
  })
}

/** Starts validators, miners and the gateway, each as a process, and waits until all of them are ready. */
export async function startNetwork(options: NetworkOptions): Promise<LocalNetwork> {
  const dirs = folders(options.data)
  dirs.claim()
  const all: NetworkProcess[] = []
  const track = (one: NetworkProcess): NetworkProcess => {
    options.signal?.throwIfAborted()
    all.push(one)
    return one
  }
  const stop = async (): Promise<void> => {
    // Gateways and miners first: they still want to tell the chain what they did.
    const isValidator = (one: NetworkProcess): boolean => one.name.startsWith('validator')
    await Promise.all(all.filter((one) => !isValidator(one)).map((one) => one.stop()))
    await Promise.all(all.filter(isValidator).map((one) => one.stop()))
  }
  const giveUp = (): void => void stop()
  options.signal?.addEventListener('abort', giveUp, { once: true })
  try {
    options.progress('Starting 3 validators')
    const first = track(startValidator(options, dirs, 0, []))
    const ready = (await first.ready) as unknown as ValidatorReady
    // Each knows all before it, so that none is the others' only way to one another.
    const addresses = [...ready.addresses]
    const others: NetworkProcess[] = []
    const rest: ValidatorReady[] = []
    for (const i of [1, 2]) {
      const next = track(startValidator(options, dirs, i, addresses))
      others.push(next)
      const said = (await next.ready) as unknown as ValidatorReady
      addresses.push(...said.addresses)
      rest.push(said)
    }
    const nodes = [ready.rpc, ...rest.map((one) => one.rpc)]
    options.progress(`Starting ${options.miners} miners and the gateway`)
    const minerProcesses = Array.from(
      { length: Math.ceil(options.miners / MINERS_PER_PROCESS) },
      (_, i) => track(startMiners(options, dirs, i, nodes)),
    )
    let gateway = track(startGateway(options, dirs, nodes))
    await Promise.all(minerProcesses.map((one) => one.ready))
    const { url } = (await gateway.ready) as { url: string }
    return {
      folders: dirs,
      rpc: ready.rpc,
      rpcs: nodes,
      gateway: url,
      fallen: Promise.race(all.map((one) => one.ended)),
      validators: [first, ...others],
      minerProcesses,
      gatewayProcess: () => gateway,
      async restartGateway(copies) {
        await gateway.stop()
        for (const folder of copies === 'deleted' ? ['cache', 'spool'] : [])
          await rm(join(dirs.gateway(), folder), { recursive: true, force: true })
        gateway = track(startGateway(options, dirs, nodes, Number(new URL(url).port)))
        await gateway.ready
      },
      async restartMiners(index) {
        await track(startMiners(options, dirs, index, nodes)).ready
      },
      async restartValidator(index) {
        const others = addresses.filter((_, i) => i !== index)
        const again = track(startValidator(options, dirs, index, others))
        return ((await again.ready) as unknown as ValidatorReady).rpc
      },
      stop,
    }
  } catch (error) {
    await stop()
    if (options.signal?.aborted) throw new Error('Stopped before everything was ready.')
    throw error
  } finally {
    options.signal?.removeEventListener('abort', giveUp)
  }
}
