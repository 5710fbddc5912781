/** `cess-node`: a validator or full node, put together from the packages. */
export { loadSpec } from './chain-spec.ts'
export { type NodeDeps, type RunningNode, startNode } from './node.ts'
export type { NodeOptions } from './options.ts'
