import type { TransactionSource, ValidTransaction } from '@cess/primitives'
import type { AnyCodec, Codec, Fields, Shape } from '@cess/scale'
import type { DispatchError, DispatchResult } from './errors.ts'
import type { Origin } from './origin.ts'
import type { RuntimeApi } from './runtime-api.ts'
import type { BoundAll } from './storage/bind.ts'
import type { Items } from './storage/items.ts'
import type { DispatchClass, DispatchInfo, PostInfo, Weight } from './weights.ts'

/** A call of the assembled runtime: `{ type: 'Balances', value: { type: 'transfer_all', value: { … } } }`. */
export interface RuntimeCall {
  readonly type: string
  readonly value: { readonly type: string; readonly value: unknown }
}

/** A named value that metadata shows. */
export interface Constant<T> {
  readonly codec: Codec<T>
  readonly value: T
  readonly docs: string
}
export const constant = <T>(codec: Codec<T>, value: T, docs = ''): Constant<T> => ({
  codec,
  value,
  docs,
})
// biome-ignore lint/suspicious/noExplicitAny: a constant of some type
type Constants = Readonly<Record<string, Constant<any>>>

/** Anything that offers `Api` inside a runtime: a pallet definition serves as the typed key to it. */
export interface Provides<Api> {
  readonly name: string
  readonly provided?: Api
}

/** What the code of a pallet works with. */
export interface Base<S, E, R extends string, K> {
  readonly storage: BoundAll<S>
  readonly emit: {
    readonly [N in keyof E]: (data: E[N] extends Fields ? Shape<E[N]> : never) => void
  }
  readonly errors: { readonly [N in R]: () => DispatchError }
  readonly constants: { readonly [N in keyof K]: K[N] extends Constant<infer T> ? T : never }
  /** The API of another pallet of the same runtime. Call it when it is needed, not while pallets are assembled. */
  use<A>(pallet: Provides<A>): A
  /** Runs a call in a nested transaction: a failing call leaves nothing behind. */
  dispatch(origin: Origin, call: RuntimeCall): { result: DispatchResult; post: PostInfo }
  dispatchInfo(call: RuntimeCall): DispatchInfo
}
export type Context<S, E, R extends string, K, A> = Base<S, E, R, K> & { readonly api: A }

export interface CallDef<A extends Fields, C> {
  /** Position in the pallet's Call enum: part of the wire format. */
  readonly index: number
  readonly docs?: string
  readonly args: A
  readonly weight:
    | Weight
    | ((args: Shape<A>, infoOf: (call: RuntimeCall) => DispatchInfo) => Weight)
  readonly class?: DispatchClass
  readonly pays?: 'Yes' | 'No'
  run(ctx: C, origin: Origin, args: Shape<A>): PostInfo | undefined
}

/** Inherent data that a block author provides, by 8-character identifier. */
export type InherentData = ReadonlyMap<string, Uint8Array>

export interface Inherent<C> {
  readonly identifier: string
  /** The call to put into the block, by name and arguments. */
  create(ctx: C, data: Uint8Array): { call: string; args: unknown } | undefined
  /** A sentence when the inherent in a block contradicts the importer's own data. */
  check(ctx: C, args: unknown, data: Uint8Array): string | undefined
}

/** What a pallet does at fixed points of every block. The weights are what was used. */
export interface Hooks<C> {
  /** Once, in the first block of a runtime with a higher spec version: migrations. */
  onRuntimeUpgrade?(ctx: C): Weight | undefined
  onInitialize?(ctx: C, block: number): Weight | undefined
  /** After the extrinsics, with the weight that they left over. For work that can wait. */
  onIdle?(ctx: C, block: number, remaining: Weight): Weight | undefined
  onFinalize?(ctx: C, block: number): undefined
}

/** Lets transactions into the pool and into blocks that nobody signed: reports that carry their own proof. */
export interface Unsigned<C> {
  /**
   * Runs in the pool and again in the block; that the call gets `None` as origin is all it learns of this.
   * Needs a tag in `provides`, so that one report is taken once. @throws InvalidTx
   */
  validate(
    ctx: C,
    call: RuntimeCall['value'],
    source: TransactionSource,
  ): Partial<ValidTransaction> | undefined
}

interface PalletDef<
  N extends string,
  S extends Items,
  E,
  R extends string,
  K extends Constants,
  A,
  G,
  C,
> {
  readonly name: N
  /** Position in the runtime's Call, Event and Error enums. */
  readonly index: number
  /** Rust crate name that type paths in metadata begin with. */
  readonly crate: string
  readonly docs?: string
  readonly constants?: K
  readonly storage: S
  readonly events: E
  /** Error name → sentence. Order is part of the wire format. */
  readonly errors: Readonly<Record<R, string>>
  readonly api: (base: Base<S, E, R, K>) => A
  readonly genesis?: (ctx: Context<S, E, R, K, A>, config: G) => undefined
  readonly hooks?: Hooks<Context<S, E, R, K, A>>
  readonly inherent?: Inherent<Context<S, E, R, K, A>>
  readonly unsigned?: Unsigned<Context<S, E, R, K, A>>
  readonly runtimeApis?: (ctx: Context<S, E, R, K, A>) => readonly RuntimeApi[]
  readonly calls: {
    readonly [M in keyof C]: C[M] extends Fields ? CallDef<C[M], Context<S, E, R, K, A>> : never
  }
}

/** A pallet as its users see it: the literal, typed by what it declares. */
export interface Pallet<N extends string, S, E, R extends string, A, G, C> extends Provides<A> {
  readonly name: N
  readonly index: number
  readonly storage: S
  readonly events: E
  readonly errors: Readonly<Record<R, string>>
  readonly calls: { readonly [M in keyof C]: { readonly index: number; readonly args: C[M] } }
  readonly genesisConfig?: G
}

// biome-ignore lint/suspicious/noExplicitAny: a pallet of some types
export type AnyPallet = Pallet<string, any, any, any, any, any, any>
/** The whole literal again, for the assembly alone. */
export type AnyPalletDef = PalletDef<
  string,
  Items,
  Readonly<Record<string, Fields>>,
  string,
  Constants,
  unknown,
  // biome-ignore lint/suspicious/noExplicitAny: a pallet of some genesis
  any,
  Readonly<Record<string, Readonly<Record<string, AnyCodec>>>>
>

/**
 * Declares a pallet in one object. Storage, events, errors, constants and calls are data, so that codecs,
 * metadata, the typed client and the dispatch table all come from it. `api` is what other pallets may use.
 */
export const definePallet = <
  const N extends string,
  S extends Items,
  E extends Readonly<Record<string, Fields>>,
  R extends string,
  A,
  C extends Readonly<Record<string, Fields>>,
  K extends Constants = Record<never, never>,
  G = undefined,
>(def: {
  readonly name: N
  readonly index: number
  readonly crate: string
  readonly docs?: string
  readonly constants?: K
  readonly storage: S
  readonly events: E
  readonly errors: Readonly<Record<R, string>>
  readonly api: (base: Base<S, E, R, K>) => A
  readonly genesis?: (ctx: Context<S, E, R, K, A>, config: G) => undefined
  readonly hooks?: Hooks<Context<S, E, R, K, A>>
  readonly inherent?: Inherent<Context<S, E, R, K, A>>
  readonly unsigned?: Unsigned<Context<S, E, R, K, A>>
  readonly runtimeApis?: (ctx: Context<S, E, R, K, A>) => readonly RuntimeApi[]
  readonly calls: {
    readonly [M in keyof C]: CallDef<C[M], Context<S, E, R, K, A>>
  }
}): Pallet<N, S, E, R, A, G, C> => def as never
