/**
 * JSON-RPC of a node: Substrate's methods over http and WebSocket on one port.
 *
 * The node hands over `RpcServices`; everything else here is between the methods and their clients. A method is a
 * function of its parameters and its caller (`method.ts`); `server/protocol.ts` is JSON-RPC itself, `server/connection.ts`
 * one WebSocket, `server/access.ts` who may call at all.
 */
export { RpcError, RpcServerError } from './errors.ts'
export type { AccessOptions } from './server/access.ts'
export { DEFAULT_LIMITS, type RpcLimits } from './server/limits.ts'
export { createRpcServer, type RpcServer, type RpcServerOptions } from './server/server.ts'
export type {
  EpochAuthorship,
  GrandpaRound,
  GrandpaRoundState,
  GrandpaVotes,
  NodeKeys,
  PeerStatus,
  ReservedPeers,
  RpcNetwork,
  RpcServices,
} from './services.ts'
