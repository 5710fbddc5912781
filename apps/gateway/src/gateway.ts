import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AccountId, type Hash, toHex, utf8 } from '@cess/bytes'
import { type Sr25519Pair, ss58Encode } from '@cess/crypto'
import { openLevelStore, part } from '@cess/db'
import { createNetwork, StorageRefusal, storageClient, storageServer } from '@cess/network'
import {
  type Clock,
  type Logger,
  type Metrics,
  noMetrics,
  type Random,
  silentLogger,
  systemClock,
  systemRandom,
} from '@cess/ports'
import { connectChain } from '@cess/sdk'
import { followFinal } from './chain/heads.ts'
import { type GatewayChain, stoppable } from './chain/port.ts'
import { registerGateway, untilDone } from './chain/register.ts'
import { configOf, type GatewaySettings, placingBytes } from './config/config.ts'
import type { GatewayContext } from './context.ts'
import { GatewayError } from './errors.ts'
import { createAuthentication } from './http/auth.ts'
import { openReplayGuard } from './http/replay.ts'
import { routesOf } from './http/routes.ts'
import { serveHttp } from './http/server.ts'
import { createAdmissions } from './ingest/admission.ts'
import { createIntake } from './ingest/intake.ts'
import { openSessions } from './ingest/sessions.ts'
import { openSpool } from './ingest/spool.ts'
import { createProofs } from './jobs/proofs.ts'
import { restoreFrom } from './jobs/restore.ts'
import { createRunner } from './jobs/runner.ts'
import { openTagger, type TaggerKey } from './jobs/tagger.ts'
import { createTagging } from './jobs/tagging.ts'
import { createSemaphore } from './limits/semaphore.ts'
import { gatewayMetrics } from './metrics.ts'
import { createMiners } from './miners/miners.ts'
import { createGatewayProxy } from './proxy/role.ts'
import { openCache } from './read/cache.ts'
import { createFiles } from './read/files.ts'
import { createReadMemory } from './read/memory.ts'
import { createReader } from './read/reader.ts'
import { createIndexer } from './rights/indexer.ts'
import { createWatcher } from './rights/watcher.ts'
import { countJobs } from './status.ts'
import { JOB_STATES, openJobs } from './store/jobs.ts'
import { loadSeed } from './store/seed.ts'
import { openTagFiles } from './store/tag-files.ts'
import { createEncoder } from './work/encoder.ts'
import { oneAtATime } from './work/one-at-a-time.ts'

/** What a gateway takes from outside; the machine's own unless given. */
export interface GatewayDeps {
  /** Key of the gateway's account. */
  readonly pair: Sr25519Pair
  readonly chain?: GatewayChain
  readonly genesisHash?: Hash
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  readonly metrics?: Metrics
}

/** A gateway that runs: connected, registered, serving. */
export interface Gateway {
  readonly url: string
  readonly account: AccountId
  readonly address: string
  readonly peerId: string
  /** Finishes requests under way, keeps everything else for the next start. */
  stop(): Promise<void>
}

/** Keys of what a proxy keeps begin with this. */
const SHARES = utf8('shares/')
const GRACE_MS = 5_000
const CHORES_MS = 15_000
/** What each step of work that can wait does wait for users, at most. */
const YIELD_MS = { tag: 2_000, restore: 20_000 }
const YIELD_STEP_MS = 100

/** Starts a gateway. Resolves when it serves. */
export async function startGateway(settings: GatewaySettings, deps: GatewayDeps): Promise<Gateway> {
  const { pair, clock = systemClock, random = systemRandom, logger = silentLogger } = deps
  const config = configOf(settings)
  const { limits, data } = config
  const stopping = new AbortController()
  /** What is open, to be closed the other way round. */
  const open: (() => unknown)[] = []
  let endRequests = async (): Promise<void> => undefined
  const close = async (): Promise<void> => {
    await endRequests()
    stopping.abort(new GatewayError('STOPPING', 'The gateway is stopping. Try again soon.'))
    for (const end of open.reverse()) await end()
  }

  try {
    await mkdir(data, { recursive: true, mode: 0o700 })
    const store = await openLevelStore(join(data, 'db'), {
      cacheBytes: 8 << 20,
      writeBufferBytes: 4 << 20,
    })
    open.push(() => store.close())
    const own = deps.chain ? undefined : await connect()
    if (own) open.push(() => own.close())
    const chain = stoppable((deps.chain ?? own) as GatewayChain, stopping.signal)
    const account = toHex(pair.publicKey) as AccountId
    const ctx: GatewayContext = {
      config,
      chain,
      pair,
      account,
      clock,
      random,
      logger,
      metrics: gatewayMetrics(deps.metrics ?? noMetrics),
      signal: stopping.signal,
    }

    const identity = await loadSeed(join(data, 'identity'), random, 'peer identity')
    const network = await createNetwork({
      identity,
      listen: [`/ip4/${config.listenHost}/tcp/${config.listenPort}`],
      bootnodes: [],
      clock,
      logger,
      metrics: deps.metrics ?? noMetrics,
      agent: 'cess-gateway/0.1.0',
      limits: { maxConnections: 2_000 },
    })
    await network.start()
    open.push(() => network.stop())
    const client = storageClient(network)
    const miners = createMiners(ctx, network)
    const heads = followFinal(ctx)
    open.push(() => heads.close())

    const encoder = createEncoder(config.encodeThreads)
    open.push(() => encoder.close())
    const spool = await openSpool(data)
    const jobs = await openJobs(store, clock)
    const sessions = await openSessions(ctx, store, spool, encoder)
    await spool.sweep(
      sessions.all().flatMap((session) => (session.fid ? [] : session.id)),
      jobs.all().map((job) => job.fid),
    )
    for (const job of jobs.all()) if (job.state !== 'failed') spool.count(job.fid, job.size)
    const cache = await openCache({
      folder: join(data, 'cache'),
      maxBytes: limits.cacheBytes,
      logger,
      gauge: ctx.metrics.cacheBytes,
    })
    open.push(() => cache.settled())

    const tagSeed = await loadSeed(join(data, 'tagger'), random, 'tagging key')
    const tagger = Promise.withResolvers<TaggerKey>()
    // Whoever waits for it is told; perhaps nobody does.
    tagger.promise.catch(() => undefined)
    stopping.signal.addEventListener('abort', () => tagger.reject(stopping.signal.reason))
    storageServer(network, {
      async params(_, hash) {
        const { parameters, parametersHash } = await tagger.promise
        if (toHex(hash) !== toHex(parametersHash))
          throw new StorageRefusal('NotFound', 'This gateway has no such parameters.')
        return parameters
      },
    })

    const memory = createSemaphore(placingBytes(limits))
    const admissions = createAdmissions(ctx, spool)
    const files = createFiles(ctx)
    const spooled = (fid: Parameters<typeof spool.file>[0]) => {
      const job = jobs.get(fid)
      return job && job.state !== 'failed' ? spool.file(fid) : undefined
    }
    const fragments = createReadMemory()
    const reader = createReader({ ctx, miners, client, cache, memory: fragments, spooled })
    const downloads = createSemaphore(limits.maxDownloads)
    async function yieldToUsers(longest: number): Promise<void> {
      const busy = (): boolean => admissions.active > 0 || downloads.used > 0
      for (let waited = 0; busy() && waited < longest; waited += YIELD_STEP_MS)
        await clock.sleep(YIELD_STEP_MS, stopping.signal)
    }
    const tagging = createTagging({
      ctx,
      jobs,
      spool,
      files: openTagFiles(data),
      heads,
      miners,
      client,
      encoder,
      memory,
      tagger: tagger.promise,
      yieldToUsers: () => yieldToUsers(YIELD_MS.tag),
      restore: restoreFrom(ctx, files, reader, spool, () => yieldToUsers(YIELD_MS.restore)),
    })
    const proofs = createProofs(ctx, heads)
    const runner = createRunner({
      ctx,
      jobs,
      spool,
      heads,
      tagging,
      proofs,
      miners,
      client,
      encoder,
      memory,
      async release({ fid }) {
        const kept = await cache.takeFile(fid, spool.file(fid)).catch(() => false)
        if (!kept) await spool.drop(fid)
        spool.count(fid, 0)
      },
    })
    open.push(() => runner.settled())
    for (const job of jobs.all()) runner.start(job.fid)

    const rights = createIndexer(ctx, heads, (work) => {
      if (!config.challengeCopies) return
      watch(work).catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ work, error }, 'A work could not be looked at')
      })
    })
    const watch = createWatcher(ctx, rights.index)
    const proxy = config.proxy ? createGatewayProxy(ctx, identity, part(store, SHARES)) : undefined
    const replays = await openReplayGuard(store, clock)
    let registered = false
    const server = await serveHttp(
      ctx,
      routesOf({
        ctx,
        auth: createAuthentication(ctx, replays),
        admissions,
        sessions,
        spool,
        encoder,
        intake: createIntake(ctx, spool, jobs, runner.start),
        runner,
        files,
        miners,
        client,
        jobs,
        peerId: network.peerId,
        reader,
        slots: downloads,
        cache,
        heads,
        placing: memory,
        rights,
        proxy,
        registered: () => registered,
      }),
    )
    endRequests = () => server.close(GRACE_MS)
    const url = `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${server.port}`
    // Reading needs no registration, so that it works while an account waits for its first balance.
    await untilDone(ctx, 'Registering the gateway', () =>
      registerGateway(ctx, network.peerId, config.domain ?? url),
    )
    const key = await untilDone(ctx, 'Registering the tagging key', () => openTagger(ctx, tagSeed))
    open.push(() => key.pool.close())
    tagger.resolve(key)
    registered = true
    if (config.domain === undefined && !/^(127\.|::1)/.test(config.listenHost))
      logger.warn(
        { url },
        'Others read on chain that this gateway is at a local address: set --domain',
      )
    await writeFile(join(data, 'http'), `${url}\n`)

    if (proxy) {
      const look = oneAtATime(proxy.check, (error) => {
        if (!stopping.signal.aborted) logger.warn({ error }, 'The role of a proxy is behind')
      })
      heads.on(({ events }) => {
        if (events.some(proxy.concerns)) look()
      })
      look()
    }

    const chores = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(CHORES_MS, stopping.signal)
        await Promise.all([replays.prune(), sessions.prune(), jobs.prune()])
        if (downloads.used === 0) fragments.trim()
        ctx.metrics.spoolBytes.set(spool.used())
        const counts = countJobs(jobs.all())
        for (const state of JOB_STATES) ctx.metrics.jobs.set(counts[state] ?? 0, { state })
      }
    }
    chores().catch((error: unknown) => {
      if (!stopping.signal.aborted) logger.error({ error }, 'Housekeeping has stopped')
    })
    logger.info({ url, account: ss58Encode(account), peerId: network.peerId }, 'The gateway serves')
    return { url, account, address: ss58Encode(account), peerId: network.peerId, stop: close }
  } catch (error) {
    await close()
    throw error
  }

  async function connect() {
    const { genesisHash } = deps
    const client = await connectChain({
      endpoints: config.node,
      clock,
      ...(genesisHash && { genesisHash }),
    })
    logger.info({ chain: client.chainName, genesis: client.genesisHash }, 'Connected to the chain')
    return client
  }
}
