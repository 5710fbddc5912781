import type { AnyCodec } from '../codec.ts'

/** How a storage map turns a part of its key into bytes. The order is the wire format. */
export const HASHERS = [
  'Blake2_128',
  'Blake2_256',
  'Blake2_128Concat',
  'Twox128',
  'Twox256',
  'Twox64Concat',
  'Identity',
] as const
export type Hasher = (typeof HASHERS)[number]

export interface StorageEntryDescription {
  readonly name: string
  /** Whether a missing value reads as None or as `default`. */
  readonly modifier: 'Optional' | 'Default'
  readonly type:
    | { readonly plain: AnyCodec }
    | {
        readonly map: {
          readonly hashers: readonly Hasher[]
          /** With several hashers a tuple of as many items. */
          readonly key: AnyCodec
          readonly value: AnyCodec
        }
      }
  readonly default: Uint8Array
  readonly docs: readonly string[]
}

/** A named read-only function. */
interface MethodDescription {
  readonly name: string
  readonly inputs: readonly { readonly name: string; readonly codec: AnyCodec }[]
  readonly output: AnyCodec
  readonly docs: readonly string[]
}

/** A read-only function of a pallet, called by id through `RuntimeViewFunction_execute_view_function`. */
interface ViewFunctionDescription extends MethodDescription {
  /** 32 bytes: twox128 of the pallet's name, then twox128 of the function's signature. */
  readonly id: Uint8Array
}

interface StorageDescription {
  readonly prefix: string
  readonly entries: readonly StorageEntryDescription[]
}

interface ConstantDescription {
  readonly name: string
  readonly codec: AnyCodec
  /** Encoded. */
  readonly value: Uint8Array
  readonly docs: readonly string[]
}

export interface PalletDescription {
  readonly name: string
  readonly index: number
  readonly docs: readonly string[]
  /** What of these a pallet lacks is `undefined`. */
  readonly storage: StorageDescription | undefined
  readonly calls: AnyCodec | undefined
  readonly events: AnyCodec | undefined
  readonly errors: AnyCodec | undefined
  readonly constants: readonly ConstantDescription[]
  /** Named types of the pallet's configuration (shown from V16 on). */
  readonly associatedTypes: readonly {
    readonly name: string
    readonly codec: AnyCodec
    readonly docs: readonly string[]
  }[]
  /** View functions (shown from V16 on). */
  readonly viewFunctions: readonly ViewFunctionDescription[]
}

export interface ApiDescription {
  readonly name: string
  readonly version: number
  readonly methods: readonly MethodDescription[]
  readonly docs: readonly string[]
}

/** What metadata tells of a runtime, free of any metadata version. */
export interface RuntimeDescription {
  readonly pallets: readonly PalletDescription[]
  readonly extrinsic: {
    /** The format that V14 and V15 name. */
    readonly version: number
    /** Every format that is accepted, the one for signed transactions first (shown from V16 on). */
    readonly versions: readonly number[]
    readonly address: AnyCodec
    readonly call: AnyCodec
    readonly signature: AnyCodec
    readonly extra: AnyCodec
    readonly extrinsic: AnyCodec
    readonly extensions: readonly {
      readonly identifier: string
      readonly extra: AnyCodec
      readonly additional: AnyCodec
    }[]
  }
  /** The Runtime type itself. */
  readonly runtime: AnyCodec
  readonly outerEnums: {
    readonly call: AnyCodec
    readonly event: AnyCodec
    readonly error: AnyCodec
  }
  readonly apis: readonly ApiDescription[]
}
