import type { Batch, IterateOptions, KeyValueStore } from '../store.ts'

const text = (key: Uint8Array): string => String.fromCharCode(...key)
const bytes = (key: string): Uint8Array => Uint8Array.from(key, (c) => c.charCodeAt(0))

/** KeyValueStore in memory. Copies what it is given, so a caller may reuse its buffers; a scan sees the state it began with. */
export class MemoryStore implements KeyValueStore {
  readonly #entries = new Map<string, Uint8Array>()

  get size(): number {
    return this.#entries.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(text(key))
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.get(key))
  }

  async batch(ops: Batch): Promise<void> {
    for (const op of ops)
      if (op.type === 'put') this.#entries.set(text(op.key), op.value.slice())
      else this.#entries.delete(text(op.key))
  }

  async *iterate(options: IterateOptions = {}): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const from = options.gte && text(options.gte)
    const end = options.lt && text(options.lt)
    const found = [...this.#entries]
      .filter(([key]) => (from === undefined || key >= from) && (end === undefined || key < end))
      .sort(([a], [b]) => (a < b ? -1 : 1))
    if (options.reverse) found.reverse()
    for (const [key, value] of found.slice(0, options.limit ?? found.length))
      yield [bytes(key), value]
  }

  async close(): Promise<void> {}
}
