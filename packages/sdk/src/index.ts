/**
 * What programs and pages build on: a typed client of the chain, and a user's files, from the key to the bytes
 * that come back.
 */
export { type ChainClient, type ChainOptions, connectChain } from './chain/client.ts'
export { runtime, tx } from './chain/definitions.ts'
export { type ChainEvent, explainError } from './chain/events.ts'
export type { Head } from './chain/follow.ts'
export type { ChainView } from './chain/reader.ts'
export { accountOf, signCall } from './chain/sign.ts'
export type { Included, SubmitOptions } from './chain/submit.ts'
export { CallFailed, RpcError, SdkError, type SdkErrorCode } from './errors.ts'
export type { RpcClient } from './rpc/socket.ts'
