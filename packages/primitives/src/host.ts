import type { Hash } from '@cess/bytes'
import type { RuntimeVersion } from './runtime-version.ts'

declare const stateKey: unique symbol
/**
 * A storage key as a latin1 ("binary") string, one character a byte: JavaScript's `<` then orders keys
 * bytewise and a Map finds them without hashing bytes.
 */
export type StateKey = string & { readonly [stateKey]: 'StateKey' }

/** What a running runtime sees of the world: one block's state, synchronous, with nested transactions. */
export interface Externalities {
  get(key: StateKey): Uint8Array | undefined
  /** The runtime must not change `value` afterwards. */
  put(key: StateKey, value: Uint8Array): void
  delete(key: StateKey): void
  /** Adds one encoded item to the SCALE `Vec` stored at `key`, without reading the others. */
  append(key: StateKey, item: Uint8Array): void
  /** The first key after `key` in byte order. */
  nextKey(key: StateKey): StateKey | undefined
  /** Deletes keys that begin with `prefix`, at most `limit`; returns how many and whether some are left. */
  clearPrefix(
    prefix: StateKey,
    limit?: number,
  ): { readonly removed: number; readonly more: boolean }
  /** Storage of the child trie `child` (without the `:child_storage:default:` prefix). */
  child(child: StateKey): ChildExternalities
  /** Opens a nested transaction; every change until its end is kept or dropped as one. */
  begin(): void
  commit(): void
  rollback(): void
  /** Root of the state as it is now, inside no transaction. */
  storageRoot(): Uint8Array
}

export interface ChildExternalities {
  get(key: StateKey): Uint8Array | undefined
  put(key: StateKey, value: Uint8Array): void
  delete(key: StateKey): void
  nextKey(key: StateKey): StateKey | undefined
  clearPrefix(
    prefix: StateKey,
    limit?: number,
  ): { readonly removed: number; readonly more: boolean }
  /** Deletes the whole child trie. */
  kill(): void
  root(): Uint8Array
}

/**
 * The one boundary between node and runtime: Substrate's runtime API by exported name
 * (`Core_execute_block`, `BlockBuilder_apply_extrinsic`, `Metadata_metadata_at_version`, …),
 * SCALE in and SCALE out. The TypeScript runtime implements it; a Wasm executor can too.
 */
export interface RuntimeHost {
  readonly version: RuntimeVersion
  /**
   * @throws RuntimeTrap when the call does not exist, its arguments do not decode, or the runtime
   * refuses the block. State changed so far is then to be dropped by the caller.
   */
  call(entryPoint: string, args: Uint8Array, state: Externalities): Uint8Array
  /**
   * Verifies the signatures of these extrinsics ahead of `call`, off the main thread, for the block after `parent`.
   * Only a speed-up: `call` verifies what was not prepared, such as a signature over a hash that is not in the state
   * yet (the parent's own, without `parent`). Leaves `state` as it is.
   */
  prepare?(extrinsics: readonly Uint8Array[], state: Externalities, parent?: Hash): Promise<void>
}

/** A runtime call that ended without a result (a panic, in Rust's words). */
export class RuntimeTrap extends Error {
  override readonly name = 'RuntimeTrap'
}
