/** A network in one process, for tests of what is built on the SDK: real pallets, a node's JSON-RPC, a gateway's HTTP. */
export { testChain } from './chain.ts'
export { testGateway } from './gateway.ts'
export { serveGateway } from './http.ts'
export { content, DAVE, EVE, inTime, startKit } from './kit.ts'
export { startNode } from './node.ts'
