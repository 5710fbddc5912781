import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Chain, createTransactionPool } from '@cess/chain'
import {
  createAuthorship,
  createBlockVerifier,
  createGrandpa,
  grandpaGossip,
} from '@cess/consensus'
import { createSignatureVerifier } from '@cess/crypto'
import { openLevelStore } from '@cess/db'
import { createNetwork, ROLE } from '@cess/network'
import { initPodr2 } from '@cess/podr2'
import { type Clock, type Logger, systemClock } from '@cess/ports'
import { createRpcServer } from '@cess/rpc'
import { createRuntime, VERSION } from '@cess/runtime'
import { createMetrics, type Service, serveMetrics } from '@cess/service'
import { createSync } from '@cess/sync'
import { loadSpec } from './chain-spec.ts'
import { createCloser } from './closer.ts'
import { epochAuthorship } from './epoch.ts'
import { loadNodeKey } from './identity.ts'
import { createInformant } from './informant.ts'
import { openKeys } from './keys.ts'
import type { NodeOptions } from './options.ts'

/** How long a vote takes to everybody, as a part of a slot: rounds then keep up with blocks. */
const GOSSIP_PART = 8
const JUSTIFICATION_PERIOD = 512
const LOOPBACK = '127.0.0.1'
const MIB = 1024 * 1024
/** LevelDB holds two of them. */
const WRITE_BUFFER = 8 * MIB

/** A node that runs. */
export interface RunningNode extends Service {
  readonly chain: Chain
  /** `ws://` address of JSON-RPC. */
  readonly rpc: string
  readonly peerId: string
  /** Multiaddrs, each with `/p2p/ID`. */
  readonly addresses: readonly string[]
}

export interface NodeDeps {
  readonly logger: Logger
  readonly clock?: Clock
}

/**
 * Puts a node together: database, runtime, chain, pool, network, sync, consensus, JSON-RPC. Each part is stopped in
 * the opposite order. @throws what a part says when it cannot start; parts that run by then are stopped.
 */
export async function startNode(options: NodeOptions, deps: NodeDeps): Promise<RunningNode> {
  const { logger, clock = systemClock } = deps
  const closer = createCloser()
  try {
    return await assemble(options, logger, clock, closer)
  } catch (error) {
    await closer.close()
    throw error
  }
}

type Closer = ReturnType<typeof createCloser>

async function dataFolder(options: NodeOptions, closer: Closer): Promise<string> {
  if (!options.tmp && !options.dev) return options.basePath
  const folder = await mkdtemp(join(tmpdir(), 'cess-node-'))
  closer.add(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function assemble(
  options: NodeOptions,
  logger: Logger,
  clock: Clock,
  closer: Closer,
): Promise<RunningNode> {
  const spec = loadSpec(options.dev ? 'dev' : options.chain)
  const devKey = options.devKey ?? (options.dev ? '//Alice' : undefined)
  const isValidator = options.validator === true || devKey !== undefined
  const folder = await dataFolder(options, closer)
  const identity = loadNodeKey(options.nodeKeyFile ?? join(folder, 'node-key'))
  const keys = await openKeys(options.keystorePath ?? join(folder, 'keystore'), devKey)
  const { metrics, registry } = createMetrics()

  await initPodr2()
  const verifier = createSignatureVerifier({ threads: 1 })
  closer.add(() => verifier.close())
  const { host } = createRuntime(spec.config, { verifier, prime: (jobs) => verifier.prime(jobs) })
  const cacheBytes = options.dbCache * MIB
  const store = await openLevelStore(join(folder, 'chains', spec.id), {
    cacheBytes: cacheBytes / 4,
    writeBufferBytes: WRITE_BUFFER,
  })
  closer.add(() => store.close())
  const { genesis } = spec
  const pruning = options.statePruning
  const chain = await Chain.open({
    store,
    host,
    genesis,
    pruning,
    // Decoded nodes spare more than the bytes that they are made of.
    stateCacheBytes: (cacheBytes * 3) / 4,
    logger,
    metrics,
  })
  closer.add(() => chain.close())
  const pool = createTransactionPool({ chain, clock, logger, metrics })
  closer.add(async () => pool.close())

  const role = isValidator ? ROLE.authority : ROLE.full
  const network = await createNetwork({
    identity,
    listen: options.listenAddr ?? [`/ip4/0.0.0.0/tcp/${options.port}`],
    bootnodes: [...spec.bootNodes, ...(options.bootnodes ?? [])],
    clock,
    logger,
    metrics,
    agent: `cess-ts/${VERSION.specVersion}`,
  })
  const gossip = grandpaGossip(network, chain.genesisHash, role)
  const slotMs = spec.config.slotDuration
  const grandpa = createGrandpa({
    chain,
    keys: isValidator ? keys.grandpa() : [],
    clock,
    logger,
    metrics,
    gossip: gossip.port,
    gossipDurationMs: Math.floor(slotMs / GOSSIP_PART),
    justificationPeriod: JUSTIFICATION_PERIOD,
    onEquivocation: (setId, round) =>
      logger.warn({ setId, round }, 'A validator voted for two blocks in one round.'),
  })
  gossip.connect(grandpa)
  const verify = createBlockVerifier({ chain, clock, slotMs })
  const sync = createSync({
    chain,
    network,
    pool,
    finality: grandpa,
    clock,
    logger,
    metrics,
    verify,
    role,
  })
  await network.start()
  closer.add(() => network.stop())
  sync.start()
  closer.add(() => sync.stop())
  grandpa.start()
  closer.add(() => grandpa.stop())
  if (isValidator) {
    const authorship = createAuthorship({
      chain,
      pool,
      keys: keys.babe(),
      clock,
      logger,
      slotMs,
      isSyncing: sync.isSyncing,
      announce: sync.announce,
    })
    authorship.start()
    closer.add(async () => authorship.stop())
  }

  const informant = createInformant({ chain, sync, clock, logger })
  informant.start()
  closer.add(async () => informant.stop())

  const rpcHost = options.rpcExternal ? '0.0.0.0' : LOOPBACK
  const rpc = createRpcServer({
    services: {
      chain,
      pool,
      network: {
        peerId: network.peerId,
        addresses: () => network.addresses(),
        peers: () => sync.peers(),
      },
      sync,
      spec,
      implementation: { name: 'cess-node', version: `0.1.0-ts-${VERSION.specVersion}` },
      role: isValidator ? 'Authority' : 'Full',
      keys: keys.rpc,
      grandpa,
      epochAuthorship: () => epochAuthorship(chain, keys.babe()),
    },
    host: rpcHost,
    port: options.rpcPort,
    methods: options.rpcMethods,
    ...(options.rpcCors && { cors: options.rpcCors.includes('all') ? 'all' : options.rpcCors }),
    ...(options.rpcHosts && { hosts: options.rpcHosts.includes('all') ? 'all' : options.rpcHosts }),
    limits: { connections: options.rpcMaxConnections },
    clock,
    logger,
    metrics,
  })
  const { port } = await rpc.start()
  closer.add(() => rpc.stop())
  if (options.prometheusPort !== undefined) {
    const server = await serveMetrics(registry, {
      host: options.prometheusExternal ? '0.0.0.0' : LOOPBACK,
      port: options.prometheusPort,
    })
    closer.add(() => server.close())
  }
  logger.info(
    { chain: spec.name, genesis: chain.genesisHash, best: chain.info().bestNumber, rpc: port },
    'The node runs.',
  )
  return {
    chain,
    rpc: `ws://${LOOPBACK}:${port}`,
    peerId: network.peerId,
    addresses: network.addresses(),
    stop: () => closer.close(),
  }
}
