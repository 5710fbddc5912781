import { mkdir } from 'node:fs/promises'
import type { Hash } from '@cess/bytes'
import {
  type Clock,
  type Logger,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from '@cess/ports'
import { connectChain, SdkError } from '@cess/sdk'
import { createMetrics, serveMetrics } from '@cess/service'
import { minerChain } from './chain/adapter.ts'
import { createChainCache } from './chain/cache.ts'
import type { MinerChain } from './chain/port.ts'
import { sharedChain } from './chain/process.ts'
import { minerMetrics, sharedMetrics } from './metrics.ts'
import { type MinerSpec, type OneMiner, type Shared, startOne } from './one.ts'
import { createAdmission } from './serve/admission.ts'
import { createArena } from './serve/arena.ts'
import { createParameterChecks } from './serve/parameters.ts'
import type { MinerStatus } from './status/report.ts'
import { startStatusServer } from './status/server.ts'
import { createPool } from './work/pool.ts'

/** Everything about a process with one or many miners. */
export interface MinerConfig
  extends Pick<
    Shared,
    | 'listenHost'
    | 'announce'
    | 'minFreeBytes'
    | 'autoClaim'
    | 'proxy'
    | 'deleteAfterMs'
    | 'auditJitterMs'
  > {
  /** WebSocket addresses of chain nodes. */
  readonly nodes: readonly string[]
  readonly genesis?: Hash | undefined
  /** Folder of the process; miners may have theirs anywhere. */
  readonly dataDir: string
  readonly miners: readonly MinerSpec[]
  readonly threads: number
  /** Loopback port for `status`; 0 takes any free one. */
  readonly statusPort: number
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
}

/** What comes from outside; the real thing where nothing is given. A chain that is given is not closed. */
export interface MinerDeps {
  readonly chain?: MinerChain
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  /** Ends the wait for a node that does not answer. */
  readonly signal?: AbortSignal
}

export interface RunningMiners {
  readonly miners: readonly OneMiner[]
  readonly statusPort: number
  readonly metricsPort: number | undefined
  /** Resolves when every miner is registered on chain with its endpoint. */
  readonly registered: Promise<void>
  status(): Promise<readonly MinerStatus[]>
  /** Finishes what has begun and lets go of everything. */
  stop(): Promise<void>
}

/** Most bytes of fragments in memory for peers that send, and as much for peers that fetch. */
const MEMORY_BYTES = 256 << 20
/** Of which this much is kept for reuse: a dozen large fragments at a time. */
const ARENA_BYTES = 96 << 20
const RECONNECT_MS = 3_000

/** Starts the miners of a configuration. Resolves when all of them serve; registration goes on beside. */
export async function startMiner(
  config: MinerConfig,
  deps: MinerDeps = {},
): Promise<RunningMiners> {
  const { clock = systemClock, random = systemRandom, logger = silentLogger } = deps
  let stopping: Promise<void> | undefined
  await using undo = new AsyncDisposableStack()
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })

  const chain = deps.chain ?? (await connect(config, clock, logger, deps.signal, undo))
  const pool = createPool(config.threads)
  undo.defer(() => pool.close())
  const { metrics: ofProcess, registry } = createMetrics()
  const metrics = sharedMetrics(ofProcess)
  const common = sharedChain(chain, clock)
  const shared: Shared = {
    ...{ pool, clock, random, logger, metrics },
    chain: common,
    cache: createChainCache(common, clock),
    parameterChecks: createParameterChecks(pool),
    incoming: createAdmission(clock, MEMORY_BYTES),
    outgoing: createAdmission(clock, MEMORY_BYTES),
    arena: createArena(ARENA_BYTES),
    minerMetrics: minerMetrics(metrics),
    listenHost: config.listenHost,
    announce: config.announce,
    minFreeBytes: config.minFreeBytes,
    autoClaim: config.autoClaim,
    proxy: config.proxy,
    deleteAfterMs: config.deleteAfterMs,
    auditJitterMs: config.auditJitterMs,
  }

  const miners: OneMiner[] = []
  undo.defer(async () => {
    await Promise.all(miners.map((miner) => miner.stop()))
  })
  for (const spec of config.miners) miners.push(await startOne(shared, spec))
  undo.defer(
    common.follow(async (block) => {
      for (const miner of miners)
        await miner.told(block).catch((error: unknown) => {
          if (!stopping)
            logger.warn({ miner: miner.name, reason: String(error) }, 'a block was not digested')
        })
    }),
  )

  const status = (): Promise<MinerStatus[]> => Promise.all(miners.map((miner) => miner.status()))
  async function* verify() {
    for (const miner of miners) yield* miner.verify()
  }
  const statusServer = await startStatusServer(
    config.dataDir,
    config.statusPort,
    { status, verify },
    random,
  )
  undo.defer(() => statusServer.close())
  const metricsServer = config.metrics && (await serveMetrics(registry, config.metrics))
  if (metricsServer) undo.defer(() => metricsServer.close())

  const resources = undo.move()
  return {
    miners,
    statusPort: statusServer.port,
    metricsPort: metricsServer?.port,
    registered: Promise.all(miners.map((miner) => miner.registered)).then(() => undefined),
    status,
    stop: () => (stopping ??= resources.disposeAsync()),
  }
}

/** Connects to a node, waiting for one as long as none answers. */
async function connect(
  config: MinerConfig,
  clock: Clock,
  logger: Logger,
  signal: AbortSignal | undefined,
  undo: AsyncDisposableStack,
): Promise<MinerChain> {
  const { nodes: endpoints, genesis: genesisHash } = config
  for (;;)
    try {
      const client = await connectChain({ endpoints, clock, ...(genesisHash && { genesisHash }) })
      undo.defer(() => client.close())
      return minerChain(client)
    } catch (error) {
      if (!(error instanceof SdkError) || error.code === 'WRONG_CHAIN') throw error
      logger.warn(
        { nodes: endpoints, reason: error.message },
        'no chain node answers; trying again',
      )
      await clock.sleep(RECONNECT_MS, signal)
    }
}
