import { RpcError } from '../../errors.ts'

/** Error codes of the chainHead group (JSON-RPC specification). */
export const tooManyFollows = (): RpcError =>
  new RpcError(-32_800, 'Maximum number of chainHead_follow has been reached')
export const notPinned = (): RpcError => new RpcError(-32_801, 'Invalid block hash')
export const withoutRuntime = (): RpcError =>
  new RpcError(-32_802, 'Calls need a subscription that follows the runtime (withRuntime)')
export const notWaiting = (): RpcError =>
  new RpcError(-32_803, 'Wait for continue event was not generated for the subscription')
export const duplicateHashes = (): RpcError =>
  new RpcError(-32_804, 'Received duplicate hashes for the `chainHead_unpin` method')
