import type { Externalities, RuntimeVersion } from '@cess/primitives'
import {
  type AnyCodec,
  type Codec,
  encode,
  kase,
  ScaleError,
  struct,
  unit,
  variant,
} from '@cess/scale'
import { arithmeticFailure, DispatchError, type DispatchResult, failure } from './errors.ts'
import { extraCodec, uncheckedExtrinsic } from './extrinsic/codec.ts'
import type { AnyExtension } from './extrinsic/extension.ts'
import type { Origin } from './origin.ts'
import type { AnyPallet, AnyPalletDef, Provides, RuntimeCall } from './pallet.ts'
import type { RuntimeApi } from './runtime-api.ts'
import type { Slot } from './slot.ts'
import { bindItem } from './storage/bind.ts'
import type { SystemApi } from './system/block.ts'
import type { DispatchInfo, PostInfo } from './weights.ts'

/** Who checks signatures; the cache behind it may have been filled ahead of time. */
export interface Verifier {
  verify(
    scheme: 'sr25519' | 'ed25519' | 'ecdsa',
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
  ): boolean
}

/** The current externalities: one cell per runtime, filled for the time of one host call. */
export interface StateCell {
  readonly current: () => Externalities
  within<T>(state: Externalities, run: () => T): T
}

export function stateCell(): StateCell {
  let held: Externalities | undefined
  return {
    current() {
      if (!held) throw new TypeError('state is used outside a runtime call')
      return held
    },
    within(state, run) {
      const before = held
      held = state
      try {
        return run()
      } finally {
        held = before
      }
    },
  }
}

interface BoundPallet {
  readonly def: AnyPalletDef
  // biome-ignore lint/suspicious/noExplicitAny: the context of some pallet
  readonly ctx: any
}

export interface RuntimeParts<P extends Readonly<Record<string, AnyPallet>>> {
  readonly version: RuntimeVersion
  readonly cell: StateCell
  readonly pallets: P
  readonly system: Provides<SystemApi>
  readonly call: Slot<RuntimeCall>
  readonly event: Slot<unknown>
  /** Transaction extensions, built with access to pallet APIs. */
  readonly extensions: (use: <A>(pallet: Provides<A>) => A) => readonly AnyExtension[]
  readonly verifier: Verifier
  readonly blockHashCount: number
}

/** An assembled runtime: pallets bound to one state cell, and the codecs that contain all of them. */
export interface Runtime<
  P extends Readonly<Record<string, AnyPallet>> = Readonly<Record<string, AnyPallet>>,
> {
  readonly parts: RuntimeParts<P>
  readonly pallets: P
  readonly bound: readonly BoundPallet[]
  readonly call: Codec<RuntimeCall>
  readonly event: AnyCodec
  readonly error: AnyCodec
  readonly extensions: readonly AnyExtension[]
  readonly extra: Codec<readonly unknown[]>
  readonly extrinsic: Codec<Uint8Array>
  readonly apis: readonly RuntimeApi[]
  use<A>(pallet: Provides<A>): A
  dispatchInfo(call: RuntimeCall): DispatchInfo
  dispatch(origin: Origin, call: RuntimeCall): { result: DispatchResult; post: PostInfo }
  within<T>(state: Externalities, run: () => T): T
}

/** A sum beyond its type or a list beyond its bound: what checked arithmetic and bounded vectors refuse in Rust. */
function unstorable(error: ScaleError): DispatchError | undefined {
  if (error.code === 'OUT_OF_RANGE') return arithmeticFailure('Overflow')
  return error.code === 'TOO_LONG' ? failure('Exhausted') : undefined
}

const palletEnum = (
  path: string,
  pallets: readonly AnyPalletDef[],
  codecOf: (pallet: AnyPalletDef) => AnyCodec | undefined,
): AnyCodec => {
  const cases = pallets.flatMap((p) => {
    const codec = codecOf(p)
    return codec ? [[p.name, kase(p.index, codec)] as const] : []
  })
  return variant(path, Object.fromEntries(cases))
}

const callsOf = (pallet: AnyPalletDef): AnyCodec | undefined => {
  const calls = Object.entries(pallet.calls as Record<string, AnyCall>)
  if (calls.length === 0) return undefined
  return variant(
    `${pallet.crate}::pallet::Call`,
    Object.fromEntries(
      calls.map(([name, c]) => [name, kase(c.index, fieldsOf(c.args), c.docs ?? '')]),
    ),
  )
}
const eventsOf = (pallet: AnyPalletDef): AnyCodec | undefined => {
  const events = Object.entries(pallet.events)
  if (events.length === 0) return undefined
  return variant(
    `${pallet.crate}::pallet::Event`,
    Object.fromEntries(events.map(([name, fields], i) => [name, kase(i, fieldsOf(fields))])),
  )
}
const errorsOf = (pallet: AnyPalletDef): AnyCodec | undefined => {
  const errors = Object.entries(pallet.errors as Record<string, string>)
  if (errors.length === 0) return undefined
  return variant(
    `${pallet.crate}::pallet::Error`,
    Object.fromEntries(errors.map(([name, docs], i) => [name, kase(i, unit, docs)])),
  )
}
const fieldsOf = (fields: Readonly<Record<string, AnyCodec>>): AnyCodec =>
  Object.keys(fields).length === 0 ? emptyStruct : struct('', fields)
/** No fields, but a value: handlers take `{}`. */
const emptyStruct: AnyCodec = struct('', {})

interface AnyCall {
  readonly index: number
  readonly docs?: string
  readonly args: Readonly<Record<string, AnyCodec>>
  readonly weight: unknown
  readonly class?: DispatchInfo['class']
  readonly pays?: 'Yes' | 'No'
  run(ctx: unknown, origin: Origin, args: unknown): PostInfo | undefined
}

/** Ties pallets together: binds storage, numbers errors and events, and builds the outer enums. */
export function defineRuntime<const P extends Readonly<Record<string, AnyPallet>>>(
  parts: RuntimeParts<P>,
): Runtime<P> {
  const defs = Object.values(parts.pallets) as unknown as AnyPalletDef[]
  const apis = new Map<unknown, unknown>()
  const use = <A>(pallet: Provides<A>): A => {
    const api = apis.get(pallet)
    if (api === undefined) throw new TypeError(`pallet ${pallet.name} is not in this runtime`)
    return api as A
  }
  const perPallet = new Map(
    defs.map((p) => [p.name, { call: callsOf(p), event: eventsOf(p), error: errorsOf(p) }]),
  )
  const outer = (kind: 'call' | 'event' | 'error', name: string): AnyCodec =>
    palletEnum(`cess_runtime::${name}`, defs, (p) => perPallet.get(p.name)![kind])
  const call = outer('call', 'RuntimeCall') as Codec<RuntimeCall>
  const event = outer('event', 'RuntimeEvent')
  const error = outer('error', 'RuntimeError')
  parts.call.fill(call)
  parts.event.fill(event)

  const state = parts.cell.current
  const table = new Map<string, { ctx: unknown; calls: Readonly<Record<string, AnyCall>> }>()

  function dispatchInfo(value: RuntimeCall): DispatchInfo {
    const found = table.get(value.type)?.calls[value.value.type]
    if (!found) throw new TypeError(`no call ${value.type}.${value.value.type}`)
    const weight =
      typeof found.weight === 'function'
        ? found.weight(value.value.value, dispatchInfo)
        : found.weight
    return { weight, class: found.class ?? 'Normal', paysFee: found.pays ?? 'Yes' }
  }

  function dispatch(
    origin: Origin,
    value: RuntimeCall,
  ): { result: DispatchResult; post: PostInfo } {
    const pallet = table.get(value.type)!
    const ext = state()
    ext.begin()
    try {
      const post = pallet.calls[value.value.type]!.run(pallet.ctx, origin, value.value.value) ?? {}
      ext.commit()
      return { result: { type: 'Ok', value: undefined }, post }
    } catch (error) {
      ext.rollback()
      const failed = error instanceof ScaleError ? unstorable(error) : error
      if (!(failed instanceof DispatchError)) throw error
      return { result: { type: 'Err', value: failed.value }, post: failed.post }
    }
  }

  const bound = defs.map((def) => {
    const deposit = (bytes: Uint8Array): void => use(parts.system).depositEvent(bytes)
    // biome-ignore lint/suspicious/noExplicitAny: assembled from parts whose types the definition has checked
    const ctx: any = {
      storage: mapValues(def.storage, (item, name) => bindItem(def.name, name, item, state)),
      emit: mapValues(def.events, (_, type) => (value: unknown) => {
        deposit(encode(event, { type: def.name, value: { type, value } }))
      }),
      errors: mapValues(def.errors as Record<string, string>, (docs, name) => () => {
        const index = Object.keys(def.errors).indexOf(name)
        return new DispatchError(
          { type: 'Module', value: { index: def.index, error: Uint8Array.of(index, 0, 0, 0) } },
          `${def.name}.${name}: ${docs}`,
        )
      }),
      constants: mapValues(def.constants ?? {}, (c) => c.value),
      use,
      dispatch,
      dispatchInfo,
    }
    ctx.api = def.api(ctx)
    // The pallet object that users hold is the definition itself.
    apis.set(def, ctx.api)
    table.set(def.name, { ctx, calls: def.calls as unknown as Record<string, AnyCall> })
    return { def, ctx }
  })

  const extensions = parts.extensions(use)
  const extra = extraCodec(extensions)
  return {
    parts,
    pallets: parts.pallets,
    bound,
    call,
    event,
    error,
    extensions,
    extra,
    extrinsic: uncheckedExtrinsic(call, extra),
    apis: bound.flatMap(({ def, ctx }) => [...(def.runtimeApis?.(ctx) ?? [])]),
    use,
    dispatch,
    dispatchInfo,
    within: parts.cell.within,
  }
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([k, v]) => [k, change(v, k)]))
}
