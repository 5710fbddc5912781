export type BatchOp =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

export type Batch = readonly BatchOp[]

/** Bounds of a scan, by unsigned byte order. */
export interface IterateOptions {
  /** First key, included. */
  readonly gte?: Uint8Array
  /** End, excluded. */
  readonly lt?: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}

/** An ordered byte-to-byte map that survives a crash. Reads are synchronous (see docs/architecture.md). */
export interface KeyValueStore {
  get(key: Uint8Array): Uint8Array | undefined
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  /** Applies all operations or none. With `sync` it returns once they are on disk. */
  batch(ops: Batch, options?: { readonly sync?: boolean }): Promise<void>
  iterate(options?: IterateOptions): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
  close(): Promise<void>
}
