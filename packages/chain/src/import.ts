import type { Hash } from '@cess/bytes'
import type { BatchOp } from '@cess/ports'
import {
  block as blockCodec,
  type Header,
  headerHash,
  RuntimeTrap,
  unsealed,
} from '@cess/primitives'
import { encode } from '@cess/scale'
import type { StateChanges } from '@cess/state'
import type { ImportBlock, ImportResult } from './api.ts'
import { put, putHeads } from './block-store.ts'
import { type Context, overlayAt, prepare, withState } from './context.ts'
import { ChainError } from './errors.ts'
import { auxOps, justificationKey } from './keys.ts'
import { moveBest, route } from './navigate.ts'
import { extrinsicsRoot } from './roots.ts'
import { isBetter, type TreeBlock } from './tree.ts'

/** Refuses a block and remembers it: header and parent alone prove it bad, so no other body can save it. */
function refuse(context: Context, hash: Hash, why: string, cause?: unknown): never {
  context.bad.set(hash, why)
  throw new ChainError('BAD_BLOCK', `Block ${hash} is invalid: ${why}`, cause)
}

/** The parent in the tree, after all checks that need neither body nor execution. */
function findParent(context: Context, hash: Hash, header: Header): TreeBlock {
  const { parentHash, number } = header
  const known = context.bad.get(hash)
  if (known !== undefined)
    throw new ChainError('BAD_BLOCK', `Block ${hash} was refused before: ${known}`)
  const badParent = context.bad.get(parentHash)
  if (badParent !== undefined) refuse(context, hash, `its parent ${parentHash} is (${badParent})`)

  const parent = context.tree.get(parentHash)
  const parentNumber = parent?.number ?? context.blocks.header(parentHash)?.number
  if (parentNumber !== undefined && number !== parentNumber + 1)
    refuse(context, hash, `its number is ${number}, and its parent's is ${parentNumber}.`)
  if (parent) return parent

  const root = context.tree.root()
  if (number <= root.number || context.stale.has(parentHash)) {
    context.stale.set(hash, true)
    throw new ChainError(
      'FINALIZED_FORK',
      `Block ${hash} (number ${number}) is on a fork that ended: block ${root.number} is final and not its ancestor.`,
    )
  }
  throw new ChainError(
    'UNKNOWN_PARENT',
    `Block ${hash} (number ${number}) cannot be imported before its parent ${parentHash}, which is not here. Import that first.`,
  )
}

const checkRoot = (context: Context, hash: Hash, header: Header, root: Hash): void => {
  if (root !== header.stateRoot)
    refuse(
      context,
      hash,
      `executing it gives the state root ${root}, and its header says ${header.stateRoot}.`,
    )
}

async function execute(context: Context, hash: Hash, block: ImportBlock): Promise<StateChanges> {
  const { header, body } = block
  await prepare(context, header.parentHash, body)
  const overlay = overlayAt(context, header.parentHash)
  // The runtime executes the header as it was before sealing (sc_service client: `import_headers.pre`).
  const preSeal = header.digest.logs.at(-1)?.type === 'Seal' ? unsealed(header) : header
  try {
    const args = encode(blockCodec, { header: preSeal, extrinsics: body })
    withState(header.parentHash, () => context.host.call('Core_execute_block', args, overlay))
  } catch (error) {
    if (error instanceof RuntimeTrap)
      refuse(context, hash, `the runtime refuses it. ${error.message}`, error)
    throw error
  }
  return overlay.finish()
}

/** A block that is here already: takes its justification if it had none. */
async function importKnown(
  context: Context,
  hash: Hash,
  block: ImportBlock,
): Promise<ImportResult> {
  if (block.justification && !context.blocks.justification(hash))
    await context.write([put(justificationKey(hash), block.justification)], false)
  return { hash, status: 'known', best: hash === context.best.hash }
}

/** Runs inside the import queue. */
export async function importBlock(context: Context, block: ImportBlock): Promise<ImportResult> {
  const { header, body, justification, origin } = block
  if (!Number.isSafeInteger(block.weight) || block.weight < 0)
    throw new RangeError(`a block's weight is a whole number, not ${block.weight}`)
  const hash = headerHash(header)
  if (context.blocks.header(hash)) return importKnown(context, hash, block)
  const parent = findParent(context, hash, header)
  const root = extrinsicsRoot(body)
  // Not remembered: the header may be good, and only what came with it wrong.
  if (root !== header.extrinsicsRoot)
    throw new ChainError(
      'BAD_BLOCK',
      `Block ${hash} came with a body that is not its own: the extrinsics root is ${root}, and its header says ${header.extrinsicsRoot}.`,
    )
  const changes = block.changes ?? (await execute(context, hash, block))
  checkRoot(context, hash, header, changes.root)

  const node: TreeBlock = {
    hash,
    number: header.number,
    parent: parent.hash,
    weight: parent.weight + block.weight,
  }
  const best = isBetter(node, context.best)
  const way = best ? route(context, context.best.hash, parent.hash) : undefined
  const move = way && moveBest(context, { ...way, enacted: [...way.enacted, hash] }, node)
  const ops: BatchOp[] = [
    ...context.blocks.putBlock(hash, header, body, node.weight),
    ...(justification ? [put(justificationKey(hash), justification)] : []),
    ...putHeads({ leaves: context.tree.leavesWith(node) }),
    ...context.states.insert(hash, header.number, parent.hash, changes),
    ...(move?.ops ?? []),
    ...auxOps(block.aux ?? []),
  ]
  // An own block must survive a power cut: a validator that forgot it would author the slot twice.
  await context.write(ops, origin === 'own')
  context.tree.insert(node)
  move?.apply()
  const { retracted = [], enacted = [] } = move ?? {}
  context.listeners.emit({ type: 'imported', hash, header, origin, best, retracted, enacted })
  return { hash, status: 'imported', best }
}
