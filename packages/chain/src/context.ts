import type { Hash } from '@cess/bytes'
import type { BatchOp, KeyValueStore, Logger } from '@cess/ports'
import type { Extrinsic, RuntimeHost } from '@cess/primitives'
import { type Overlay, type StateDb, StateError } from '@cess/state'
import type { ChainEvent } from './api.ts'
import type { BlockStore } from './block-store.ts'
import { type BoundedMap, boundedMap } from './bounded.ts'
import { ChainError, messageOf } from './errors.ts'
import type { Listeners } from './listeners.ts'
import type { BlockTree, TreeBlock } from './tree.ts'

/** Bad and stale blocks remembered by hash, so that peers who repeat them cost one lookup. */
const REMEMBERED = 1024

/** What the parts of the chain share. `best` and `line` change only after the batch that says the same is stored. */
export interface Context {
  readonly host: RuntimeHost
  readonly blocks: BlockStore
  readonly states: StateDb
  readonly logger: Logger
  readonly listeners: Listeners<ChainEvent>
  /** Rooted at the last finalized block. */
  readonly tree: BlockTree
  readonly genesisHash: Hash
  best: TreeBlock
  /** Number → hash of the best chain, from the last finalized block up. */
  readonly line: Map<number, Hash>
  /** Why a block that is bad whatever its body is so. */
  readonly bad: BoundedMap<Hash, string>
  readonly stale: BoundedMap<Hash, true>
  /** Bodies of blocks that finality has just retracted, while listeners hear of it. */
  readonly departing: Map<Hash, Extrinsic[]>
  /** @throws ChainError STORE_FAILED, for this and every later write: memory and disk may differ after a failure. */
  write(ops: readonly BatchOp[], sync: boolean): Promise<void>
}

export type Parts = Pick<
  Context,
  'host' | 'blocks' | 'states' | 'logger' | 'listeners' | 'tree' | 'genesisHash' | 'best'
> & { readonly store: KeyValueStore }

export function createContext({ store, ...parts }: Parts): Context {
  let failure: unknown
  const line = new Map<number, Hash>()
  const root = parts.tree.root()
  line.set(root.number, root.hash)
  for (const [i, hash] of parts.tree.path(parts.best.hash).entries())
    line.set(root.number + 1 + i, hash)
  return {
    ...parts,
    line,
    bad: boundedMap(REMEMBERED),
    stale: boundedMap(REMEMBERED),
    departing: new Map(),
    async write(ops, sync) {
      if (failure === undefined)
        try {
          return await store.batch(ops, { sync })
        } catch (error) {
          failure = error
          parts.logger.error({ error }, 'the database refused a block; no more blocks are accepted')
        }
      throw new ChainError(
        'STORE_FAILED',
        `The database could not be written (${messageOf(failure)}). Nothing that was acknowledged is lost; free disk space or repair the disk, then restart the node.`,
        failure,
      )
    },
  }
}

/** The block's number, parent and state root. @throws ChainError UNKNOWN_BLOCK */
export function knownHeader(context: Pick<Context, 'blocks'>, hash: Hash) {
  const header = context.blocks.header(hash)
  if (header) return header
  throw new ChainError(
    'UNKNOWN_BLOCK',
    `Block ${hash} is not in the database. It was never imported, or it was on a fork that finality removed.`,
  )
}

/** Runs `read` on a state, putting its absence in the chain's terms. */
export function withState<T>(hash: Hash, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof StateError && error.code === 'UNKNOWN_STATE')
      throw new ChainError(
        'UNKNOWN_STATE',
        `The state of block ${hash} is pruned. Ask for a later block, or ask a node that runs with --state-pruning archive.`,
        error,
      )
    throw error
  }
}

/** A fresh overlay on the state after block `hash`. @throws ChainError UNKNOWN_BLOCK, UNKNOWN_STATE */
export function overlayAt(context: Context, hash: Hash): Overlay {
  knownHeader(context, hash)
  return withState(hash, () => context.states.overlay(hash))
}

/** Signatures ahead of time, off the main thread. What fails here, the call itself will find. */
export async function prepare(
  context: Context,
  at: Hash,
  extrinsics: readonly Extrinsic[],
): Promise<void> {
  try {
    await context.host.prepare?.(extrinsics, overlayAt(context, at), at)
  } catch (error) {
    context.logger.debug({ error }, 'verifying signatures ahead of execution failed')
  }
}
