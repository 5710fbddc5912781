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

/** A named read-only function: of a runtime API, or of a pallet (then it has an id of 32 bytes). */
export interface MethodDescription {
  readonly name: string
  readonly inputs: readonly { readonly name: string; readonly codec: AnyCodec }[]
  readonly output: AnyCodec
  readonly docs: readonly string[]
}

export interface PalletDescription {
  readonly name: string
  readonly index: number
  readonly docs: readonly string[]
  readonly storage?: {
    readonly prefix: string
    readonly entries: readonly StorageEntryDescription[]
  }
  readonly calls?: AnyCodec
  readonly events?: AnyCodec
  readonly errors?: AnyCodec
  readonly constants: readonly {
    readonly name: string
    readonly codec: AnyCodec
    readonly value: Uint8Array
    readonly docs: readonly string[]
  }[]
  /** Named types of the pallet's configuration (shown from V16 on). */
  readonly associatedTypes?: readonly {
    readonly name: string
    readonly codec: AnyCodec
    readonly docs: readonly string[]
  }[]
  /** View functions (shown from V16 on). */
  readonly viewFunctions?: readonly (MethodDescription & { readonly id: Uint8Array })[]
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
    readonly version: 4
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
