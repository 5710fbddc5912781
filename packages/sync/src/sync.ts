import {
  type Announce,
  type AnnounceHandshake,
  announce as announceCodec,
  announceHandshake,
  FATAL,
  protocolName,
} from '@cess/network'
import { noMetrics, type Timer } from '@cess/ports'
import { type Header, headerHash } from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import type { Sync, SyncDeps } from './api.ts'
import { COST, type Cost } from './costs.ts'
import { createFetcher } from './fetcher.ts'
import { createImporter } from './importer.ts'
import { isSource, middleBest, newPeer, offer, type SyncPeer, statusOf } from './peers.ts'
import { blockServer } from './serve.ts'
import { gossipTransactions } from './transactions.ts'

/** Blocks that peers may be ahead before we count as syncing (sdk: MAJOR_SYNC_BLOCKS). */
const MAJOR = 5
const TICK_MS = 2_000
const MAX_ANNOUNCE = 1 << 20
const MAX_HANDSHAKE = 1024
const MAX_PEERS = 300

/** Speaks `block-announces/1`, `sync/2` and, with a pool, `transactions/1` on the network. */
export function createSync(deps: SyncDeps): Sync {
  const { chain, network, clock, pool } = deps
  const metrics = deps.metrics ?? noMetrics
  const targetGauge = metrics.gauge('cess_sync_target_height', 'Best block that peers speak of')
  const peers = new Map<string, SyncPeer>()
  let running = false
  let timer: Timer | undefined
  let unsubscribe = (): void => undefined

  const charge = (peer: string, what: Cost): void =>
    network.report(peer, COST[what][0], COST[what][1])
  const importer = createImporter({ ...deps, finality: deps.finality, charge })
  const fetcher = createFetcher({ ...deps, peers, importer, charge })

  const isSyncing = (): boolean => middleBest(peers.values()) > chain.info().bestNumber + MAJOR

  network.serve(
    protocolName(chain.genesisHash, 'sync/2'),
    { maxRequest: 4096, maxResponse: 16 << 20, perPeerConcurrent: 8, perPeerPerSecond: 32 },
    blockServer({ chain, clock, charge }),
  )

  const announces = network.notifications({
    protocol: protocolName(chain.genesisHash, 'block-announces/1'),
    handshake() {
      const { bestHash, bestNumber, genesisHash } = chain.info()
      return encode(announceHandshake, { roles: deps.role, bestNumber, bestHash, genesisHash })
    },
    maxHandshake: MAX_HANDSHAKE,
    maxMessage: MAX_ANNOUNCE,
    maxPeers: MAX_PEERS,
    accept: (peer, handshake) => readHandshake(peer, handshake) !== undefined,
    opened(id, bytes) {
      const handshake = readHandshake(id, bytes)
      if (!handshake) return
      const { bestHash: hash, bestNumber: number, roles } = handshake
      peers.set(id, newPeer(id, roles, { hash, number }))
      if (running) fetcher.pump()
    },
    closed(id) {
      const peer = peers.get(id)
      peers.delete(id)
      if (peer && running) fetcher.gone(peer)
    },
    message: onAnnounce,
  })

  function readHandshake(peer: string, bytes: Uint8Array): AnnounceHandshake | undefined {
    let handshake: AnnounceHandshake
    try {
      handshake = decode(announceHandshake, bytes)
    } catch {
      charge(peer, 'badAnnouncement')
      return undefined
    }
    if (handshake.genesisHash === chain.genesisHash) return handshake
    network.report(peer, FATAL, 'sync: it is on another network (its genesis block differs)')
    return undefined
  }

  function onAnnounce(id: string, bytes: Uint8Array): void {
    const peer = peers.get(id)
    if (!peer) return
    let announced: Announce
    try {
      announced = decode(announceCodec, bytes)
    } catch {
      return charge(id, 'badAnnouncement')
    }
    const { header, isBest } = announced
    const block = { hash: headerHash(header), number: header.number, parent: header.parentHash }
    if (isBest) peer.best = block
    else if (isSource(peer)) offer(peer, block)
    if (running) fetcher.pump()
  }

  function announce(header: Header, isBest: boolean): void {
    const hash = headerHash(header)
    let message: Uint8Array | undefined
    for (const peer of peers.values()) {
      if (peer.told.has(hash)) continue
      message ??= encode(announceCodec, { header, isBest, data: new Uint8Array() })
      if (announces.send(peer.id, message)) peer.told.add(hash)
    }
  }

  const transactions = pool && gossipTransactions({ ...deps, pool, isSyncing })

  function tick(): void {
    timer = clock.after(TICK_MS, () => {
      targetGauge.set(middleBest(peers.values()))
      fetcher.pump()
      tick()
    })
  }

  return {
    start() {
      if (running) return
      running = true
      unsubscribe = chain.subscribe((event) => {
        if (event.type !== 'imported' || event.origin === 'sync') return
        if (event.best || event.origin === 'own') announce(event.header, event.best)
      })
      transactions?.start()
      tick()
      fetcher.pump()
    },
    async stop() {
      running = false
      unsubscribe()
      timer?.cancel()
      transactions?.stop()
      fetcher.stop()
      await importer.stop()
    },
    isSyncing,
    status() {
      const best = chain.info().bestNumber
      const target = Math.max(best, middleBest(peers.values()))
      return { state: isSyncing() ? 'syncing' : 'idle', best, target }
    },
    peers: () => [...peers.values()].map(statusOf),
    announce: (header) => announce(header, headerHash(header) === chain.info().bestHash),
  }
}
