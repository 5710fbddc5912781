import { mkdir } from 'node:fs/promises'
import type { AccountId } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import { createNetwork, type Network } from '@cess/network'
import type { Clock, Logger, Metrics, Random } from '@cess/ports'
import { accountOf } from '@cess/sdk'
import { createAuditor } from './audit/scheduler.ts'
import type { ChainCache } from './chain/cache.ts'
import type { Block, MinerChain } from './chain/port.ts'
import { stoppableChain } from './chain/process.ts'
import { createCleaner } from './chores/clean.ts'
import { createConfirmer } from './chores/confirm.ts'
import { type Loop, startLoop } from './chores/loop.ts'
import { createRegistrar } from './chores/register.ts'
import { claimRewards } from './chores/rewards.ts'
import type { MinerContext } from './context.ts'
import { endpointOf } from './endpoint.ts'
import { loadIdentity } from './identity.ts'
import type { MinerMetrics } from './metrics.ts'
import { createMinerProxy } from './proxy/role.ts'
import type { Admission } from './serve/admission.ts'
import type { Arena } from './serve/arena.ts'
import { serveStorage } from './serve/handlers.ts'
import { createParameters, type ParameterChecks } from './serve/parameters.ts'
import { type MinerStatus, minerStatus } from './status/report.ts'
import { openStore } from './store/store.ts'
import { type Finding, verifyStore } from './verify.ts'
import type { Pool } from './work/pool.ts'

/** One miner of a process. */
export interface MinerSpec {
  readonly name: string
  readonly pair: KeyPair
  readonly dataDir: string
  /** TCP port; 0 takes any free one. */
  readonly port: number
  readonly tib: number
  readonly maxBytes: number
  readonly beneficiary?: AccountId | undefined
}

/** What the miners of a process share. */
export interface Shared {
  readonly chain: MinerChain
  readonly cache: ChainCache
  readonly pool: Pool
  readonly parameterChecks: ParameterChecks
  readonly incoming: Admission
  readonly outgoing: Admission
  readonly arena: Arena
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly minerMetrics: MinerMetrics
  readonly listenHost: string
  readonly announce: string | undefined
  readonly minFreeBytes: number
  readonly autoClaim: boolean
  /** Whether its miners re-encrypt for others. */
  readonly proxy: boolean
  readonly deleteAfterMs: number
  readonly auditJitterMs: number
}

export interface OneMiner {
  readonly name: string
  readonly account: AccountId
  readonly peerId: string
  readonly dataDir: string
  /** Where it listens, and what it tells the chain. */
  readonly addresses: readonly string[]
  readonly endpoint: string
  /** Resolves when it is registered on chain with its endpoint. */
  readonly registered: Promise<void>
  /** Takes note of a finalized block. */
  told(block: Block): Promise<void>
  status(): Promise<MinerStatus>
  verify(): AsyncIterable<Finding>
  stop(): Promise<void>
}

/** Milliseconds between looks, when no event wakes a chore before. */
const EVERY = {
  audit: 4_000,
  confirm: 6_000,
  register: 10_000,
  rewards: 60_000,
  gauges: 10_000,
  proxy: 20_000,
}
const SWEEP_MS = { least: 5_000, most: 600_000 }
const DRAIN_MS = 10_000

/** Opens the data folder of a miner, brings it onto the network and starts its chores. */
export async function startOne(shared: Shared, spec: MinerSpec): Promise<OneMiner> {
  const { pool, clock, random, metrics } = shared
  const { name, pair, dataDir, maxBytes } = spec
  const account = accountOf(pair)
  const logger = shared.logger.child({ miner: name })
  const end = new AbortController()
  const chain = stoppableChain(shared.chain, end.signal)
  await using undo = new AsyncDisposableStack()

  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const store = await openStore({
    dataDir,
    owner: { account, genesis: chain.genesisHash },
    maxBytes,
    minFreeBytes: shared.minFreeBytes,
    hashFile: (path) => pool.run('hashFile', { path }),
  })
  undo.defer(() => store.close())
  if (store.found.lost > 0)
    logger.error({ fragments: store.found.lost }, 'fragments are missing from the disk')

  const identity = await loadIdentity(dataDir, random)
  const network = await createNetwork({
    identity,
    listen: [
      `/${shared.listenHost.includes(':') ? 'ip6' : 'ip4'}/${shared.listenHost}/tcp/${spec.port}`,
    ],
    bootnodes: [],
    clock,
    logger,
    metrics,
    agent: 'cess-miner/0.1.0',
  })
  undo.defer(() => network.stop())

  const ctx: MinerContext = {
    ...{ name, account, pair, chain, store, pool, clock, random, logger },
    cache: shared.cache,
    incoming: shared.incoming,
    outgoing: shared.outgoing,
    arena: shared.arena,
    metrics: shared.minerMetrics,
    signal: end.signal,
  }
  const role = shared.proxy ? createMinerProxy(ctx, identity) : undefined
  const parameters = createParameters(ctx, network, shared.parameterChecks)
  const serving = serveStorage(ctx, network, parameters, role)
  await network.start()

  const endpoint = (): string => endpointOf({ ...addressOf(network), announce: shared.announce })
  const auditor = createAuditor(ctx, { jitterMs: shared.auditJitterMs })
  const cleaner = createCleaner(ctx, shared.deleteAfterMs)
  const registrar = createRegistrar(ctx, {
    peerId: network.peerId,
    endpoint,
    beneficiary: spec.beneficiary ?? account,
    tib: spec.tib,
  })
  const loop = (what: string, everyMs: number, work: () => Promise<void>): Loop =>
    startLoop({ name: what, everyMs, clock, logger, signal: end.signal }, work)
  const sweepMs = Math.min(SWEEP_MS.most, Math.max(SWEEP_MS.least, shared.deleteAfterMs))
  const chores = {
    audit: loop('audit', EVERY.audit, auditor.look),
    confirm: loop('confirm', EVERY.confirm, createConfirmer(ctx)),
    register: loop('register', EVERY.register, registrar.check),
    clean: loop('clean', sweepMs, cleaner.sweep),
    ...(role && { proxy: loop('proxy', EVERY.proxy, role.check) }),
    gauges: loop('gauges', EVERY.gauges, async () => setGauges(ctx)),
    ...(shared.autoClaim && {
      rewards: loop('rewards', EVERY.rewards, async () => void (await claimRewards(ctx))),
    }),
  }

  async function told({ number, events }: Block): Promise<void> {
    for (const event of events) {
      const { data } = event
      if (role?.concerns(event)) chores.proxy?.wake()
      if (event.name === 'FileBank.StorageCompleted') chores.confirm.wake()
      const file = FILE_EVENTS[event.name]
      if (file) await cleaner.changed(data[file] as Parameters<typeof cleaner.changed>[0])
      if (data['miner'] !== account) continue
      if (event.name === 'Audit.GenerateChallenge') chores.audit.wake()
      if (event.name === 'Sminer.Punished')
        logger.warn({ block: number }, 'the chain took a penalty')
      await auditor.told(number, event)
    }
  }

  undo.move()
  return {
    name,
    account,
    peerId: network.peerId,
    dataDir,
    addresses: network.addresses(),
    endpoint: endpoint(),
    registered: registrar.registered,
    told,
    status: () =>
      minerStatus({
        ...{ ctx, network, cleaner, maxBytes },
        standing: registrar.standing(),
        endpoint: endpoint(),
      }),
    verify: () => verifyStore(name, store, pool),
    async stop() {
      await serving.drain(DRAIN_MS)
      end.abort(new Error('the miner is stopping'))
      await Promise.all(Object.values(chores).map((chore) => chore.ended))
      await auditor.settled()
      await network.stop()
      await store.close()
    },
  }
}

/** Events that say something about a file, and the field that names it. */
const FILE_EVENTS: Readonly<Record<string, string>> = {
  'FileBank.DeleteFile': 'fileHash',
  'FileBank.DealTimedOut': 'dealHash',
  'FileBank.MinerReassigned': 'dealHash',
}

const addressOf = (network: Network) => ({
  listening: network.addresses(),
  peerId: network.peerId,
})

function setGauges({ store, metrics, name }: MinerContext): void {
  const { usage } = store
  const labels = { miner: name }
  metrics.usedBytes.set(usage.bytes + usage.tagBytes, labels)
  metrics.fragments.set(usage.fragments, labels)
  metrics.damagedFragments.set(usage.missing + usage.corrupt, labels)
}
