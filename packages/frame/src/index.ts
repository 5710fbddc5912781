/**
 * FRAME in TypeScript: pallets declared as plain objects, tied together into a runtime.
 * One literal gives storage, calls, events, errors, metadata and the typed client; the executive runs blocks
 * of them, and `createRuntimeHost` makes the whole callable by name as Substrate's runtime API.
 */
export {
  type Query,
  type QueryMap,
  type QueryValue,
  queryOf,
  type StateReader,
  type Tx,
  txOf,
} from './client.ts'
export { applyExtrinsicResult } from './core-apis.ts'
export { describeRuntime } from './describe.ts'
export {
  arithmeticFailure,
  DispatchError,
  type DispatchErrorValue,
  type DispatchResult,
  dispatchError,
  dispatchResult,
  failure,
  tokenFailure,
} from './errors.ts'
export { createExecutive, type Executive, extrinsicHash, type SignatureJob } from './executive.ts'
export {
  type CheckedExtrinsic,
  decodeExtrinsic,
  extraCodec,
  signedExtrinsic,
  signingPayload,
} from './extrinsic/codec.ts'
export {
  type AnyExtension,
  defineExtension,
  InvalidTx,
  invalid,
  type TxContext,
} from './extrinsic/extension.ts'
export { checkMetadataHash, systemExtensions } from './extrinsic/extensions.ts'
export { buildGenesis, createRuntimeHost, type HostOptions } from './host.ts'
export {
  ensureNone,
  ensureRoot,
  ensureSigned,
  ensureSignedOrRoot,
  NONE,
  type Origin,
  ROOT,
  signed,
} from './origin.ts'
export {
  type AnyPallet,
  type Base,
  type Constant,
  type Context,
  constant,
  definePallet,
  type InherentData,
  type Pallet,
  type Provides,
  type RuntimeCall,
} from './pallet.ts'
export { defineRuntime, type Runtime, type StateCell, stateCell, type Verifier } from './runtime.ts'
export { apiMethod, type RuntimeApi, runtimeApi } from './runtime-api.ts'
export { type Slot, slot } from './slot.ts'
export type { BoundMap, BoundValue } from './storage/bind.ts'
export { blake2, identity, twox } from './storage/hashers.ts'
export { type MapItem, map, type ValueItem, value } from './storage/items.ts'
export { itemPrefix, stateKey, stateKeyBytes } from './storage/keys.ts'
export type { SystemApi } from './system/block.ts'
export { CODE_KEY, type SystemConfig, system } from './system/pallet.ts'
export {
  type AccountData,
  type AccountInfo,
  type BlockWeights,
  EMPTY_ACCOUNT_DATA,
  eventRecord,
  type Phase,
} from './system/types.ts'
export {
  addWeight,
  type BlockLength,
  type DispatchClass,
  type DispatchInfo,
  dispatchClass,
  dispatchInfo,
  type PostInfo,
  type Weight,
  weigh,
  weightCodec,
  ZERO_WEIGHT,
} from './weights.ts'
