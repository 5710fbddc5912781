import { type Hash, toHex } from '@cess/bytes'
import type { Digest, Header } from '@cess/primitives'
import { encode, u32 } from '@cess/scale'
import { orderedTrieRoot } from '@cess/trie'
import type { DispatchResult } from '../errors.ts'
import { addWeight, className, type DispatchInfo } from '../weights.ts'
import { EXTRINSIC_INDEX_KEY, type SystemConfig, type SystemPallet } from './pallet.ts'

export type SystemApi = SystemPallet extends { readonly provided?: infer A }
  ? NonNullable<A>
  : never
type Raw = ReturnType<SystemConfig['raw']>

/** Begins a block: resets what lives for one block only. */
export function beginBlock(
  { storage }: SystemApi,
  raw: Raw,
  number: number,
  parentHash: Hash,
  digest: Digest,
): void {
  storage.ExecutionPhase.put({ type: 'Initialization', value: undefined })
  raw.put(EXTRINSIC_INDEX_KEY, encode(u32, 0))
  storage.Number.put(number)
  storage.Digest.put(digest)
  storage.ParentHash.put(parentHash)
  storage.BlockHash.put(number - 1, parentHash)
  storage.BlockWeight.remove()
  storage.Events.remove()
  storage.EventCount.remove()
}

/** Marks the end of inherents and hooks: events from here on belong to extrinsics. */
export const beginExtrinsics = ({ storage }: SystemApi): void =>
  storage.ExecutionPhase.put({ type: 'ApplyExtrinsic', value: 0 })

/** Keeps the extrinsic for the extrinsics root. */
export const noteExtrinsic = ({ storage }: SystemApi, index: number, encoded: Uint8Array): void =>
  storage.ExtrinsicData.put(index, encoded)

/** Emits the outcome and moves on to the next extrinsic. */
export function noteApplied(
  { storage, emit, weights }: SystemApi,
  raw: Raw,
  index: number,
  result: DispatchResult,
  info: DispatchInfo,
): void {
  // The event tells what the extrinsic took from the block, its fixed part included.
  const { baseExtrinsic } = weights.perClass[className[info.class]]
  const dispatchInfo = { ...info, weight: addWeight(info.weight, baseExtrinsic) }
  if (result.type === 'Ok') emit.ExtrinsicSuccess({ dispatchInfo })
  else emit.ExtrinsicFailed({ dispatchError: result.value, dispatchInfo })
  raw.put(EXTRINSIC_INDEX_KEY, encode(u32, index + 1))
  storage.ExecutionPhase.put({ type: 'ApplyExtrinsic', value: index + 1 })
}

/** After the last extrinsic: `on_finalize` hooks run in this phase. */
export function endExtrinsics({ storage }: SystemApi, raw: Raw, count: number): void {
  storage.ExtrinsicCount.put(count)
  raw.delete(EXTRINSIC_INDEX_KEY)
  storage.ExecutionPhase.put({ type: 'Finalization', value: undefined })
}

/** Ends a block and returns its header, without a seal. */
export function endBlock({ storage }: SystemApi, raw: Raw, blockHashCount: number): Header {
  storage.ExecutionPhase.remove()
  storage.AllExtrinsicsLen.remove()
  const number = storage.Number.get()
  const count = storage.ExtrinsicCount.get() ?? 0
  storage.ExtrinsicCount.remove()
  const extrinsics: Uint8Array[] = []
  for (let i = 0; i < count; i++) extrinsics.push(storage.ExtrinsicData.take(i))
  // Block 0 stays known, so that immortal transactions find the genesis hash.
  const oldest = number - blockHashCount - 1
  if (oldest > 0) storage.BlockHash.remove(oldest)
  return {
    parentHash: storage.ParentHash.get(),
    number,
    digest: storage.Digest.get(),
    // RFC 42: the extrinsics root is a trie of version 0 whatever the state version is.
    extrinsicsRoot: toHex(orderedTrieRoot(extrinsics, 0)) as Hash,
    stateRoot: toHex(raw.storageRoot()) as Hash,
  }
}
