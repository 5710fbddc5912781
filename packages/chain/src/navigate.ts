import type { Hash } from '@cess/bytes'
import type { BatchOp } from '@cess/ports'
import type { Route } from './api.ts'
import { deleteNumber, putHeads, putNumber } from './block-store.ts'
import { type Context, knownHeader } from './context.ts'
import type { TreeBlock } from './tree.ts'

interface Step {
  readonly hash: Hash
  readonly number: number
  readonly parent: Hash
}

function step(context: Context, hash: Hash): Step {
  const inTree = context.tree.get(hash)
  if (inTree) return inTree
  const header = knownHeader(context, hash)
  return { hash, number: header.number, parent: header.parentHash }
}

export const hashAt = (context: Context, number: number): Hash | undefined =>
  context.line.get(number) ??
  (number < context.tree.root().number ? context.blocks.hashAt(number) : undefined)

/** Cost: one step a block between `from` and `to`. */
export function route(context: Context, from: Hash, to: Hash): Route {
  const retracted: Hash[] = []
  const enacted: Hash[] = []
  let a = step(context, from)
  let b = step(context, to)
  while (a.hash !== b.hash) {
    const [aNumber, bNumber] = [a.number, b.number]
    if (aNumber >= bNumber) {
      retracted.push(a.hash)
      a = step(context, a.parent)
    }
    if (bNumber >= aNumber) {
      enacted.push(b.hash)
      b = step(context, b.parent)
    }
  }
  return { retracted, common: a.hash, enacted: enacted.reverse() }
}

/** Cost: one step a block that `hash` is away from the best chain. */
export function isAncestor(context: Context, ancestor: Hash, hash: Hash): boolean {
  const upper = step(context, ancestor)
  let at = step(context, hash)
  const canonical = (block: Step): boolean => hashAt(context, block.number) === block.hash
  while (at.number > upper.number) {
    if (canonical(at)) return canonical(upper)
    at = step(context, at.parent)
  }
  return at.hash === upper.hash
}

export interface Move {
  readonly retracted: Hash[]
  readonly enacted: Hash[]
  /** Best hash and number → hash of the best chain. */
  readonly ops: BatchOp[]
  /** Does to memory what `ops` does to disk. */
  apply(): void
}

/** Moves the best chain along `route` to `to`, whose last block need not be in the tree yet. */
export function moveBest(context: Context, { retracted, enacted }: Route, to: TreeBlock): Move {
  const first = to.number - enacted.length + 1
  const dropped: number[] = []
  for (let number = to.number + 1; number <= context.best.number; number++) dropped.push(number)
  return {
    retracted,
    enacted,
    ops: [
      ...putHeads({ best: to.hash }),
      ...enacted.map((hash, i) => putNumber(first + i, hash)),
      ...dropped.map(deleteNumber),
    ],
    apply() {
      for (const [i, hash] of enacted.entries()) context.line.set(first + i, hash)
      for (const number of dropped) context.line.delete(number)
      context.best = to
    },
  }
}
