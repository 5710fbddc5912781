import { type Hash, toHex } from '@cess/bytes'
import { POOL_ERROR, PoolError, type PoolTransaction, type TransactionPool } from '@cess/chain'
import { blake2b256 } from '@cess/crypto'
import { protocolName, ROLE, roleHandshake, transactions } from '@cess/network'
import type { Timer } from '@cess/ports'
import type { Extrinsic } from '@cess/primitives'
import { bytes, decode, encode } from '@cess/scale'
import type { SyncDeps } from './api.ts'
import { COST, GOOD_TRANSACTION } from './costs.ts'
import { type KnownSet, knownSet } from './known.ts'

/** Transactions remembered of each peer (sdk: MAX_KNOWN_TRANSACTIONS). */
const KNOWN = 10_240
/** Transactions from peers that are being checked at one time, in all and of each peer. */
const MAX_PENDING = 1024
const MAX_PENDING_OF_PEER = 128
const MAX_MESSAGE = 16 << 20
/** Period of the look for transactions that a peer does not have (sdk: PROPAGATE_TIMEOUT), milliseconds. */
const PROPAGATE_MS = 2_900
/** Transactions that one peer is sent in a period. */
const MAX_SENT = 1024

interface Peer {
  readonly knows: KnownSet<Hash>
  readonly isLight: boolean
  pending: number
}

/** Codes that say the transaction is wrong, and not that it came twice or at a bad time. */
const BAD = new Set<number>([POOL_ERROR.INVALID, POOL_ERROR.VERIFICATION])

/** The protocol `transactions/1` between the pool and the peers. */
export function gossipTransactions(
  deps: Pick<SyncDeps, 'chain' | 'network' | 'clock' | 'logger' | 'role'> & {
    readonly pool: TransactionPool
    isSyncing(): boolean
  },
): { start(): void; stop(): void } {
  const { chain, network, clock, pool } = deps
  const peers = new Map<string, Peer>()
  let pending = 0
  let running = false

  const notifications = network.notifications({
    protocol: protocolName(chain.genesisHash, 'transactions/1'),
    handshake: () => roleHandshake(deps.role),
    maxHandshake: 32,
    maxMessage: MAX_MESSAGE,
    maxPeers: 300,
    accept: () => true,
    opened(peer, handshake) {
      const isLight = handshake[0] === ROLE.light
      peers.set(peer, { knows: knownSet(KNOWN), isLight, pending: 0 })
    },
    closed: (peer) => void peers.delete(peer),
    message: onMessage,
  })

  function onMessage(id: string, message: Uint8Array): void {
    const peer = peers.get(id)
    // Far behind we could not tell a good one from a bad one.
    if (!peer || !running || deps.isSyncing()) return
    let extrinsics: readonly Extrinsic[]
    try {
      extrinsics = decode(transactions, message)
    } catch {
      return network.report(id, ...COST.malformedTransactions)
    }
    for (const extrinsic of extrinsics) take(id, peer, extrinsic)
  }

  function take(id: string, peer: Peer, extrinsic: Extrinsic): void {
    const hash = toHex(blake2b256(encode(bytes, extrinsic))) as Hash
    peer.knows.add(hash)
    if (pool.has(hash) || pending >= MAX_PENDING || peer.pending >= MAX_PENDING_OF_PEER) return
    pending++
    peer.pending++
    pool
      .submit(extrinsic, 'External')
      .then(() => network.report(id, ...GOOD_TRANSACTION))
      .catch((error: unknown) => {
        if (error instanceof PoolError && BAD.has(error.code))
          network.report(id, ...COST.badTransaction)
      })
      .finally(() => {
        pending--
        peer.pending--
      })
  }

  /** Sends to those who do not know it; each peer that took it. One in a message (RFC-0056). */
  function send(transaction: PoolTransaction, to: Iterable<[string, Peer]>): void {
    let message: Uint8Array | undefined
    const sent: string[] = []
    for (const [id, peer] of to) {
      if (peer.isLight || peer.knows.has(transaction.hash)) continue
      message ??= encode(transactions, [transaction.extrinsic])
      if (!notifications.send(id, message)) continue
      peer.knows.add(transaction.hash)
      sent.push(id)
    }
    if (sent.length > 0) pool.broadcasted(transaction.hash, sent)
  }

  function propagate(): void {
    let left = MAX_SENT
    for (const transaction of pool.ready()) {
      if (left-- <= 0) return
      if (transaction.propagate) send(transaction, peers)
    }
  }

  let unsubscribe = (): void => undefined
  let timer: Timer | undefined
  function tick(): void {
    timer = clock.after(PROPAGATE_MS, () => {
      if (!deps.isSyncing()) propagate()
      tick()
    })
  }
  return {
    start() {
      running = true
      unsubscribe = pool.onImported((transaction) => {
        if (!deps.isSyncing()) send(transaction, peers)
      })
      tick()
    },
    stop() {
      running = false
      timer?.cancel()
      unsubscribe()
    },
  }
}
