import type { Hash } from '@cess/bytes'
import type { BatchOp } from '@cess/ports'
import { del, put, putHeads } from './block-store.ts'
import { type Context, knownHeader } from './context.ts'
import { ChainError } from './errors.ts'
import { justificationKey, weightKey } from './keys.ts'
import { type Move, moveBest, route } from './navigate.ts'

/** Blocks that are final already: an agreeing call is harmless, and may bring the justification. */
async function finalizeAgain(context: Context, hash: Hash, proof?: Uint8Array): Promise<void> {
  if (!context.blocks.header(hash)) {
    if (!context.stale.has(hash)) knownHeader(context, hash)
    throw new ChainError(
      'FINALIZED_FORK',
      `Block ${hash} cannot become final: it was on a fork that ended at block ${context.tree.root().number} or before. Two conflicting proofs of finality mean that a third of the validators cheat; stop and look.`,
    )
  }
  if (proof && !context.blocks.justification(hash))
    await context.write([put(justificationKey(hash), proof)], true)
}

/** Runs inside the import queue. */
export async function finalize(context: Context, hash: Hash, proof?: Uint8Array): Promise<void> {
  const { tree, blocks } = context
  const target = tree.get(hash)
  const root = tree.root()
  if (!target || target.hash === root.hash) return finalizeAgain(context, hash, proof)

  const header = knownHeader(context, hash)
  const path = tree.path(hash)
  const stale = tree.staleFor(hash)
  const gone = new Set(stale)
  const leaves = tree.leaves().filter((leaf) => !gone.has(leaf.hash))
  let move: Move | undefined
  if (gone.has(context.best.hash)) {
    const best = leaves[0] ?? target
    move = moveBest(context, route(context, context.best.hash, best.hash), best)
  }
  const ops: BatchOp[] = [
    ...putHeads({ finalized: hash, leaves: leaves.map((leaf) => leaf.hash) }),
    ...(proof ? [put(justificationKey(hash), proof)] : []),
    ...[root.hash, ...path.slice(0, -1)].map((old) => del(weightKey(old))),
    ...stale.flatMap((old) => blocks.deleteBlock(old)),
    ...(move?.ops ?? []),
    ...path.flatMap((block) => context.states.finalize(block)),
  ]
  for (const old of move?.retracted ?? []) context.departing.set(old, blocks.body(old) ?? [])
  await context.write(ops, true)

  move?.apply()
  tree.prune(hash)
  for (let number = root.number; number < target.number; number++) context.line.delete(number)
  for (const old of stale) {
    context.stale.set(old, true)
    blocks.forget(old)
  }
  const { retracted = [], enacted = [] } = move ?? {}
  context.listeners.emit({ type: 'finalized', hash, header, path, stale, retracted, enacted })
  context.departing.clear()
}
