import type { Hash } from '@cess/bytes'
import {
  BLOCK_FIELDS,
  type BlockData,
  type BlockRequest,
  decodeBlockResponse,
  encodeBlockRequest,
  NetworkError,
  protocolName,
} from '@cess/network'
import type { Timer } from '@cess/ports'
import type { Block, SyncDeps } from './api.ts'
import { type Bulk, createBulk, isRange } from './bulk.ts'
import type { Cost } from './costs.ts'
import type { Importer } from './importer.ts'
import { knownSet } from './known.ts'
import { advanceSearch, beginSearch, isSource, type Offer, type SyncPeer } from './peers.ts'
import { areLinked, type Fetched, readBlocks, readProof } from './wire.ts'

/** Up to this far ahead a peer's best block is fetched by its hash, beyond that in ranges by number. */
const NEAR = 64
/** Blocks of one answer. */
const MAX_BLOCKS = 128
const MAX_RESPONSE = 16 << 20
const TIMEOUT_MS = 20_000
/** A new block is asked of a second peer when the first takes this long. Milliseconds. */
const HEDGE_MS = 1_500
/** First rest of a peer that failed, doubled with every failure. Milliseconds. */
const REST_MS = 1_000
const MAX_REST_MS = 60_000
/** A block that came too early, or that we could not import for a reason of our own, is tried again after so long. */
const AGAIN_MS = 1_000
/** A peer that did not have a finality proof is asked again after so long. */
const PROOF_AGAIN_MS = 20_000
/** A finality proof is asked for when the best block is so far beyond it. */
const WANTED_AFTER = 4

const { header: HEADER, body: BODY, justification: JUSTIFICATION } = BLOCK_FIELDS
const ALL = HEADER | BODY | JUSTIFICATION

export interface Fetcher {
  /** Asks idle peers for whatever is missing. */
  pump(): void
  gone(peer: SyncPeer): void
  stop(): void
}

/** Decides which peer is asked for what, and hands what comes to the importer. */
export function createFetcher(
  deps: Pick<SyncDeps, 'chain' | 'network' | 'clock' | 'logger' | 'finality'> & {
    readonly peers: ReadonlyMap<string, SyncPeer>
    readonly importer: Importer
    charge(peer: string, what: Cost): void
  },
): Fetcher {
  const { chain, network, clock, logger, peers, importer, charge, finality } = deps
  const protocol = protocolName(chain.genesisHash, 'sync/2')
  const stopping = new AbortController()
  const timers = new Set<Timer>()
  /** Heads that are being fetched or imported, and since when. */
  const fetching = new Map<Hash, number>()
  /** Heads that are not worth asking for. */
  const refused = knownSet<Hash>(1024)
  /** Heads to try again, and when. */
  const later = new Map<Hash, number>()
  let bulk: Bulk | undefined
  let proving: Hash | undefined

  // Requests.

  function rest(peer: SyncPeer, what: Cost | undefined = undefined): void {
    if (what) charge(peer.id, what)
    peer.restUntil = clock.now() + Math.min(MAX_REST_MS, REST_MS * 2 ** peer.failures++)
    again(peer.restUntil - clock.now())
  }
  function again(ms: number): void {
    if (stopping.signal.aborted) return
    const timer = clock.after(ms, () => {
      timers.delete(timer)
      pump()
    })
    timers.add(timer)
  }

  function blame(peer: SyncPeer, error: unknown): void {
    const code = error instanceof NetworkError ? error.code : undefined
    logger.debug({ peer: peer.id, error }, 'A block request failed.')
    if (code === 'TIMEOUT') rest(peer, 'timeout')
    else if (code === 'REFUSED') rest(peer, 'refused')
    else if (code === 'CLOSED' || code === 'UNSUPPORTED' || code === 'UNREACHABLE') rest(peer)
    else rest(peer, 'badResponse')
  }

  /** One request to an idle peer; `use` gets the blocks, and what it throws is the peer's fault. */
  function ask(
    peer: SyncPeer,
    request: BlockRequest,
    use: (blocks: BlockData[]) => void,
    failed: () => void,
  ): void {
    peer.busy = true
    const options = { maxResponse: MAX_RESPONSE, timeoutMs: TIMEOUT_MS, signal: stopping.signal }
    network
      .request(peer.id, protocol, encodeBlockRequest(request), options)
      .then((bytes) => {
        if (stopping.signal.aborted) return
        const blocks = decodeBlockResponse(bytes)
        if (blocks.length > (request.max || MAX_BLOCKS)) throw new RangeError('too many blocks')
        use(blocks)
      })
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return
        failed()
        blame(peer, error)
      })
      .finally(() => {
        peer.busy = false
        pump()
      })
  }

  // Where a peer's chain leaves ours.

  function search(peer: SyncPeer): void {
    const { bestNumber, finalizedNumber } = chain.info()
    peer.search ??= beginSearch(Math.min(bestNumber, peer.best.number), finalizedNumber)
    const state = peer.search
    const request = { fields: HEADER, from: state.at, direction: 'ascending', max: 1 } as const
    const give = (): void => {
      peer.search = undefined
    }
    const use = (data: BlockData[]): void => {
      const [block] = readBlocks(data, peer.id)
      if (!block) return empty(peer, give)
      if (block.header.number !== state.at) throw new RangeError('a block of another number')
      const found = { hash: block.hash, number: block.header.number }
      const result = advanceSearch(state, found, chain.header(block.hash) !== undefined)
      peer.failures = 0
      if (result === undefined) return
      peer.search = undefined
      if (result === 'none') rest(peer, 'otherChain')
      else peer.common = result
    }
    ask(peer, request, use, give)
  }

  function empty(peer: SyncPeer, undo: () => void): void {
    undo()
    rest(peer, 'emptyResponse')
  }

  // Long stretches.

  const isNew = ({ hash, number }: Block): boolean =>
    number > chain.info().finalizedNumber && !refused.has(hash) && !chain.header(hash)

  function isIdle(peer: SyncPeer): boolean {
    return isSource(peer) && !peer.busy && peer.restUntil <= clock.now()
  }

  function chooseLead(): void {
    const { bestNumber } = chain.info()
    const candidates = [...peers.values()]
      .filter((peer) => isIdle(peer) && isNew(peer.best))
      .filter((peer) => peer.deep || peer.best.number > bestNumber + NEAR)
      .sort((a, b) => b.best.number - a.best.number)
    const lead = candidates[0]
    if (!lead) return
    if (!lead.common) return search(lead)
    bulk = createBulk(lead.id, lead.common)
    for (const peer of peers.values()) peer.common = undefined
    logger.info({ peer: lead.id, target: lead.best.number }, 'Catching up.')
  }

  function endBulk(): void {
    const lead = bulk && peers.get(bulk.lead)
    bulk = undefined
    if (!lead) return
    lead.common = undefined
    lead.deep = false
  }

  function askRange(of: Bulk, peer: SyncPeer): boolean {
    const lead = peers.get(of.lead)
    if (!lead || (lead.solo && peer !== lead)) return false
    const range = of.next(peer.id, peer.best.number, lead.best.number, clock.now())
    if (!range) return false
    const { start, count } = range
    const failed = (): void => {
      of.failed(peer.id)
      // Without the peer whose chain it is there is no telling what else fits.
      if (of === bulk && peer === lead) endBulk()
    }
    const use = (data: BlockData[]): void => {
      const blocks = readBlocks(data, peer.id)
      if (blocks.length === 0) return empty(peer, failed)
      if (!isRange(blocks, start, count)) throw new RangeError('not the range that was asked for')
      peer.failures = 0
      of.arrived(start, blocks)
    }
    ask(peer, { fields: ALL, from: start, direction: 'ascending', max: count }, use, failed)
    return true
  }

  function importRanges(): void {
    for (let of = bulk; of && of === bulk; ) {
      const next = of.take()
      if (!next) break
      if ('misfit' in next) {
        misfit(of, next.misfit)
        break
      }
      const current = of
      void importer
        .run(next, 'sync', () => !current.broken)
        .then((outcome) => {
          current.imported()
          if (outcome !== 'imported') current.broken = true
          if (current === bulk && current.broken) {
            const lead = peers.get(current.lead)
            if (lead) rest(lead)
            endBulk()
          }
          pump()
        })
    }
    if (bulk?.isIdle() && bulk.linked().number >= (peers.get(bulk.lead)?.best.number ?? 0))
      endBulk()
  }

  function misfit(of: Bulk, from: string): void {
    const peer = peers.get(from)
    if (from !== of.lead) {
      of.exclude(from)
      return
    }
    // Its chain changed, or somebody else's blocks came before: next time all come from it alone.
    endBulk()
    if (!peer) return
    rest(peer, peer.solo ? 'badResponse' : undefined)
    peer.solo = true
    peer.deep = true
  }

  // Near the tip.

  function askTip(peer: SyncPeer): boolean {
    const { bestNumber } = chain.info()
    for (const [hash, block] of peer.offers) if (!isNew(block)) peer.offers.delete(hash)
    for (const target of [peer.best, ...peer.offers.values()]) {
      const now = clock.now()
      const isWaiting =
        (later.get(target.hash) ?? 0) > now || now - (fetching.get(target.hash) ?? 0) < HEDGE_MS
      if (isWaiting || !isNew(target)) continue
      if (target.number > bestNumber + (bulk ? 0 : NEAR)) continue
      if (target === peer.best && peer.deep) continue
      askDown(peer, target)
      return true
    }
    return false
  }

  function askDown(peer: SyncPeer, target: Offer): void {
    const isNext = target.parent !== undefined && chain.header(target.parent) !== undefined
    const above = target.number - chain.info().finalizedNumber
    const max = isNext ? 1 : Math.min(MAX_BLOCKS, above)
    const done = (): void => void fetching.delete(target.hash)
    fetching.set(target.hash, clock.now())
    again(HEDGE_MS)
    later.delete(target.hash)
    const request = { fields: ALL, from: target.hash, direction: 'descending', max } as const
    const use = (data: BlockData[]): void => {
      const blocks = readBlocks(data, peer.id).reverse()
      const head = blocks.at(-1)
      if (!head) {
        refuse(peer, target)
        return empty(peer, done)
      }
      if (head.hash !== target.hash || !areLinked(blocks))
        throw new RangeError('not the blocks that were asked for')
      peer.failures = 0
      importTip(peer, target, blocks, done)
    }
    ask(peer, request, use, done)
  }

  /** Not asked of this peer again. */
  function refuse(peer: SyncPeer, target: Block): void {
    peer.offers.delete(target.hash)
    if (peer.best.hash !== target.hash) return
    const { finalizedHash: hash, finalizedNumber: number } = chain.info()
    peer.best = { hash, number }
  }

  function importTip(
    peer: SyncPeer,
    target: Block,
    blocks: readonly Fetched[],
    done: () => void,
  ): void {
    const fresh = blocks.filter(({ hash }) => !chain.header(hash))
    const first = fresh[0]
    if (first && !chain.header(first.header.parentHash)) {
      done()
      if (first.header.number <= chain.info().finalizedNumber + 1) {
        refused.add(target.hash)
        charge(peer.id, 'endedFork')
      } else peer.deep = true
      return
    }
    void importer.run(fresh, 'network').then((outcome) => {
      done()
      if (outcome === 'bad' || outcome === 'ended') refused.add(target.hash)
      else if (outcome !== 'imported') {
        later.set(target.hash, clock.now() + AGAIN_MS)
        again(AGAIN_MS)
      }
      for (const [hash, until] of later) if (until <= clock.now()) later.delete(hash)
      pump()
    })
  }

  // Finality proofs.

  function askProof(): void {
    const wanted = finality?.wanted()
    if (!wanted || proving || chain.info().bestNumber < wanted.number + WANTED_AFTER) return
    const now = clock.now()
    const peer = [...peers.values()].find(
      (p) => isIdle(p) && p.best.number >= wanted.number && now - p.proofAskedAt >= PROOF_AGAIN_MS,
    )
    if (!peer) return
    peer.proofAskedAt = now
    proving = wanted.hash
    const done = (): void => {
      proving = undefined
    }
    const request = {
      fields: JUSTIFICATION,
      from: wanted.hash,
      direction: 'ascending',
      max: 1,
    } as const
    const use = (data: BlockData[]): void => {
      const proof = readProof(data, wanted.hash)
      // Not a fault: it may not have the proof either.
      if (!proof) return done()
      void importer.prove(wanted.hash, proof, peer.id).finally(done)
    }
    ask(peer, request, use, done)
  }

  function pump(): void {
    if (stopping.signal.aborted) return
    importRanges()
    if (!bulk) chooseLead()
    for (const peer of peers.values()) {
      if (!isIdle(peer)) continue
      if (bulk && askRange(bulk, peer)) continue
      askTip(peer)
    }
  }

  return {
    pump() {
      pump()
      askProof()
    },
    gone(peer) {
      bulk?.failed(peer.id)
      if (bulk?.lead === peer.id) endBulk()
      pump()
    },
    stop() {
      stopping.abort()
      for (const timer of timers) timer.cancel()
    },
  }
}
