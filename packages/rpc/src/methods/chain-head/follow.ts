import { type Hash, toHex } from '@cess/bytes'
import { type Chain, ChainError, type ChainEvent } from '@cess/chain'
import type { Clock } from '@cess/ports'
import type { Header, RuntimeVersion } from '@cess/primitives'
import type { Subscription } from '../../method.ts'
import { requireHeader } from '../blocks.ts'
import { createOperations, type Operations } from './operations.ts'
import { createPins, type Pins } from './pins.ts'

/** Finalized blocks that a client begins with. */
const FIRST_FINALIZED = 16
/** Blocks above the finalized one that a client can begin with. */
const MAX_UNFINALIZED = 480

/** A client that follows the head of the chain. */
export interface Follow {
  readonly withRuntime: boolean
  readonly pins: Pins
  readonly operations: Operations
}

const runtimeJson = ({ specName, implName, ...version }: RuntimeVersion) => ({
  type: 'valid',
  spec: {
    specName,
    implName,
    specVersion: version.specVersion,
    implVersion: version.implVersion,
    transactionVersion: version.transactionVersion,
    // An object here, a list of pairs in `state_getRuntimeVersion`.
    apis: Object.fromEntries(version.apis.map(([id, number]) => [toHex(id), number])),
  },
})

/** The last finalized blocks whose state can still be read, oldest first. */
function lastFinalized(chain: Chain): Hash[] {
  const hashes: Hash[] = []
  let hash = chain.info().finalizedHash
  try {
    while (hashes.length < FIRST_FINALIZED) {
      const header = requireHeader(chain, hash)
      chain.stateAt(hash)
      hashes.unshift(hash)
      if (header.number === 0) break
      hash = header.parentHash
    }
  } catch (error) {
    if (!(error instanceof ChainError) || hashes.length === 0) throw error
  }
  return hashes
}

/** Blocks above the finalized one, parents before their children. */
function unfinalized(chain: Chain): Set<Hash> {
  const hashes = new Set<Hash>()
  const { finalizedHash } = chain.info()
  for (const leaf of chain.leaves())
    for (const hash of chain.route(finalizedHash, leaf).enacted) hashes.add(hash)
  return hashes
}

/**
 * Tells `sub` of the chain's head: what is there, then what changes. Ends with `stop` when the client falls behind.
 * (JSON-RPC specification, chainHead_v1_follow.)
 */
export function follow(
  chain: Chain,
  clock: Clock,
  sub: Subscription,
  withRuntime: boolean,
): Follow {
  const pins = createPins(clock)
  const operations = createOperations(sub)
  /** Told of, and not final yet. */
  const announced = new Set<Hash>()
  let lastFinal: Hash

  function stop(): void {
    sub.push({ event: 'stop' })
    sub.close()
  }

  function announce(hash: Hash, header: Header): void {
    announced.add(hash)
    pins.add(hash, header)
    // The runtime is part of the node, so that no block changes it.
    const runtime = withRuntime ? { newRuntime: null } : {}
    sub.push({
      event: 'newBlock',
      blockHash: hash,
      parentBlockHash: header.parentHash,
      ...runtime,
    })
  }

  const tellBest = (): void =>
    sub.push({ event: 'bestBlockChanged', bestBlockHash: chain.info().bestHash })

  function begin(): void {
    const { bestHash, finalizedHash } = chain.info()
    const finalizedBlockHashes = lastFinalized(chain)
    for (const hash of finalizedBlockHashes) pins.add(hash, requireHeader(chain, hash))
    for (const hash of finalizedBlockHashes.slice(0, -1)) pins.expire(hash)
    lastFinal = finalizedHash
    sub.push({
      event: 'initialized',
      finalizedBlockHashes,
      ...(withRuntime && { finalizedBlockRuntime: runtimeJson(chain.host.version) }),
    })
    const blocks = unfinalized(chain)
    if (blocks.size > MAX_UNFINALIZED) return stop()
    for (const hash of blocks) announce(hash, requireHeader(chain, hash))
    if (bestHash !== finalizedHash) tellBest()
  }

  function finalized({ path, stale, enacted }: Extract<ChainEvent, { type: 'finalized' }>): void {
    const pruned = stale.filter((hash) => announced.has(hash))
    if (enacted.length > 0) tellBest()
    sub.push({ event: 'finalized', finalizedBlockHashes: path, prunedBlockHashes: pruned })
    for (const hash of [lastFinal, ...path.slice(0, -1), ...pruned]) pins.expire(hash)
    for (const hash of [...path, ...pruned]) announced.delete(hash)
    lastFinal = path.at(-1) ?? lastFinal
  }

  sub.onClose(operations.end)
  begin()
  sub.onClose(
    chain.subscribe((event) => {
      if (pins.isTooMuch()) return stop()
      if (event.type === 'finalized') return finalized(event)
      announce(event.hash, event.header)
      if (event.best) tellBest()
    }),
  )
  return { withRuntime, pins, operations }
}
