import type { BoundMap, BoundValue, DispatchError, MapItem, ValueItem } from '@cess/frame'
import type { Fields, Shape } from '@cess/scale'

/** What `storage`, `emit` and `errors` of a pallet are, for the parts of it that live in files of their own. */
export type StorageOf<S> = {
  readonly [N in keyof S]: S[N] extends MapItem<infer K, infer V, infer Q>
    ? BoundMap<K, V, Q>
    : S[N] extends ValueItem<infer V, infer Q>
      ? BoundValue<V, Q>
      : never
}
export type EmitOf<E> = {
  readonly [N in keyof E]: (data: E[N] extends Fields ? Shape<E[N]> : never) => void
}
export type ErrorsOf<R> = { readonly [N in keyof R]: () => DispatchError }
