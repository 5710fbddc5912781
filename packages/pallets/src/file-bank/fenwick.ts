/** Nodes of a Fenwick tree (binary indexed tree), counted from 1; a node that is not there reads as 0. */
export interface Nodes {
  get(node: number): bigint
  put(node: number, sum: bigint): void
  remove(node: number): void
}

const lowBit = (i: number): number => i & -i

/**
 * Appends a weight as element `count` (from 0). O(log n) reads, one write: node i holds the sum of the
 * elements (i − lowbit(i), i], which are all there already.
 */
export function append(nodes: Nodes, count: number, weight: bigint): void {
  const node = count + 1
  let sum = weight
  for (let i = node - 1; i > node - lowBit(node); i -= lowBit(i)) sum += nodes.get(i)
  nodes.put(node, sum)
}

/** Adds `delta` to the weight of element `index` of `count`. */
export function add(nodes: Nodes, count: number, index: number, delta: bigint): void {
  if (delta === 0n) return
  for (let i = index + 1; i <= count; i += lowBit(i)) nodes.put(i, nodes.get(i) + delta)
}

/** Removes the last of `count` elements: no node before it contains it. */
export const removeLast = (nodes: Nodes, count: number): void => nodes.remove(count)

/** Sum of all `count` weights. */
export function total(nodes: Nodes, count: number): bigint {
  let sum = 0n
  for (let i = count; i > 0; i -= lowBit(i)) sum += nodes.get(i)
  return sum
}

/** The element that `offset` (below the total) falls into, and how far into it. */
export function locate(
  nodes: Nodes,
  count: number,
  offset: bigint,
): { index: number; within: bigint } {
  let node = 0
  let rest = offset
  for (let step = count === 0 ? 0 : 1 << (31 - Math.clz32(count)); step >= 1; step >>= 1) {
    if (node + step > count) continue
    const sum = nodes.get(node + step)
    if (sum <= rest) {
      node += step
      rest -= sum
    }
  }
  return { index: node, within: rest }
}
