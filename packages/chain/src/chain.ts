import { noMetrics } from '@cess/ports'
import type { Chain as Api, ChainOptions } from './api.ts'
import { buildBlock } from './build.ts'
import { type Context, knownHeader, overlayAt, prepare, withState } from './context.ts'
import { ChainError } from './errors.ts'
import { finalize } from './finalize.ts'
import { importBlock } from './import.ts'
import { auxKey, auxOps } from './keys.ts'
import { hashAt, isAncestor, route } from './navigate.ts'
import { openContext } from './open.ts'
import { jobQueue } from './queue.ts'

export type Chain = Api

function watchHeights(context: Context, metrics = noMetrics): void {
  const heights = metrics.gauge('cess_block_height', 'Block numbers', ['status'])
  const imported = metrics.counter('cess_blocks_imported_total', 'Blocks imported', ['origin'])
  const reorgs = metrics.counter('cess_reorgs_total', 'Imports that took blocks off the best chain')
  const show = (): void => {
    heights.set(context.best.number, { status: 'best' })
    heights.set(context.tree.root().number, { status: 'finalized' })
  }
  show()
  context.listeners.add((event) => {
    show()
    if (event.type === 'imported') imported.inc(1, { origin: event.origin })
    if (event.retracted.length > 0) reorgs.inc()
  })
}

/** @throws ChainError GENESIS_MISMATCH, CORRUPT_DATABASE, STORE_FAILED; StateError PRUNING_MISMATCH, CORRUPT_STATE */
async function open(options: ChainOptions): Promise<Chain> {
  const context = await openContext(options)
  const { blocks, genesisHash, host, listeners, tree } = context
  watchHeights(context, options.metrics)
  const queue = jobQueue()
  let closed = false
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    if (!closed) return queue.run(job)
    return Promise.reject(
      new ChainError('CLOSED', 'The chain is closed; the node is shutting down.'),
    )
  }

  return {
    genesisHash,
    host,
    aux: {
      get: (key) => options.store.get(auxKey(key)),
      batch: (ops) => context.write(auxOps(ops), true),
    },
    info: () => ({
      bestHash: context.best.hash,
      bestNumber: context.best.number,
      finalizedHash: tree.root().hash,
      finalizedNumber: tree.root().number,
      genesisHash,
    }),
    header: blocks.header,
    body: (hash) => blocks.body(hash) ?? context.departing.get(hash),
    justification: blocks.justification,
    hashAt: (number) => hashAt(context, number),
    isAncestor: (ancestor, hash) => isAncestor(context, ancestor, hash),
    route: (from, to) => route(context, from, to),
    leaves: () => tree.leaves().map((leaf) => leaf.hash),
    stateAt(hash) {
      knownHeader(context, hash)
      return withState(hash, () => context.states.view(hash))
    },
    call(at, entryPoint, args) {
      const overlay = overlayAt(context, at)
      return withState(at, () => host.call(entryPoint, args, overlay))
    },
    prepare: (at, extrinsics) => prepare(context, at, extrinsics),
    buildBlock: (build) => buildBlock(context, build),
    importBlock: (block) => inTurn(() => importBlock(context, block)),
    finalize: (hash, justification) => inTurn(() => finalize(context, hash, justification)),
    subscribe: (listener) => listeners.add(listener),
    async close() {
      closed = true
      await queue.idle()
      listeners.clear()
    },
  }
}

/** Opens a chain on a database, or begins one. */
export const Chain = { open }
