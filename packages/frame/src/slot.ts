import { type Codec, lazy } from '@cess/scale'

/** A codec that the runtime assembly fills in: types that contain the runtime's own Call or Event enum. */
export interface Slot<T> {
  readonly codec: Codec<T>
  fill(codec: Codec<T>): void
}

export function slot<T>(name: string): Slot<T> {
  let filled: Codec<T> | undefined
  return {
    codec: lazy(() => {
      if (!filled) throw new TypeError(`the runtime has not filled in ${name} yet`)
      return filled
    }),
    fill(codec) {
      filled = codec
    },
  }
}
