import type { Hash } from '@cess/bytes'
import { silentLogger } from '@cess/ports'
import { headerHash } from '@cess/primitives'
import { createStateDb } from '@cess/state'
import type { ChainOptions } from './api.ts'
import {
  type BlockStore,
  createBlockStore,
  type Heads,
  putHeads,
  putNumber,
} from './block-store.ts'
import { type Context, createContext } from './context.ts'
import { ChainError } from './errors.ts'
import { createListeners } from './listeners.ts'
import { genesisHeader } from './roots.ts'
import { type BlockTree, createBlockTree, type TreeBlock } from './tree.ts'

function read<T>(what: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new ChainError(
    'CORRUPT_DATABASE',
    `The database lacks ${what}. It was damaged, or written by another program; delete it and sync again.`,
  )
}

function readTreeBlock(blocks: BlockStore, hash: Hash): TreeBlock {
  const header = read(`the header of block ${hash}`, blocks.header(hash))
  const weight = read(`the weight of block ${hash}`, blocks.weight(hash))
  return { hash, number: header.number, parent: header.parentHash, weight }
}

/** The tree as it was: `leaves` are stored best first, which keeps the order of equals. */
function readTree(blocks: BlockStore, heads: Heads): BlockTree {
  const root = readTreeBlock(blocks, heads.finalized)
  const tree = createBlockTree(root)
  for (const leaf of heads.leaves) {
    const missing: TreeBlock[] = []
    for (let hash = leaf; !tree.get(hash); ) {
      const block = readTreeBlock(blocks, hash)
      if (block.number <= root.number)
        read(`the way from leaf ${leaf} to the finalized block`, undefined)
      missing.push(block)
      hash = block.parent
    }
    for (const block of missing.reverse()) tree.insert(block)
  }
  return tree
}

/**
 * Opens the database or begins it with block 0.
 * @throws ChainError GENESIS_MISMATCH, CORRUPT_DATABASE, STORE_FAILED; StateError PRUNING_MISMATCH, CORRUPT_STATE
 */
export async function openContext(options: ChainOptions): Promise<Context> {
  const { store, host } = options
  const logger = options.logger ?? silentLogger
  const blocks = createBlockStore(store)
  const states = createStateDb(store, {
    pruning: options.pruning,
    version: host.version.stateVersion === 0 ? 0 : 1,
    ...(options.stateCacheBytes && { cacheBytes: options.stateCacheBytes }),
  })
  const genesis = states.genesis(options.genesis, (root) => headerHash(genesisHeader(root)))
  const header = genesisHeader(genesis.root)
  const genesisHash = headerHash(header)
  const heads = blocks.heads()
  if (heads && heads.genesis !== genesisHash)
    throw new ChainError(
      'GENESIS_MISMATCH',
      `The database holds the chain of genesis ${heads.genesis}, and the chain spec describes ${genesisHash}. Use the chain spec that the database began with, or another database folder.`,
    )
  const first: TreeBlock = { hash: genesisHash, number: 0, parent: header.parentHash, weight: 0 }
  const tree = heads ? readTree(blocks, heads) : createBlockTree(first)
  const best = heads ? read(`the best block ${heads.best}`, tree.get(heads.best)) : first
  const context = createContext({
    store,
    host,
    blocks,
    states,
    logger,
    listeners: createListeners(logger),
    tree,
    genesisHash,
    best,
  })
  if (!heads) {
    const all = {
      genesis: genesisHash,
      best: genesisHash,
      finalized: genesisHash,
      leaves: [genesisHash],
    }
    const block = blocks.putBlock(genesisHash, header, [], 0)
    await context.write(
      [...genesis.ops, ...block, putNumber(0, genesisHash), ...putHeads(all)],
      true,
    )
  }
  return context
}
