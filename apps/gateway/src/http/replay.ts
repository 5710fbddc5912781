import type { Clock, KeyValueStore } from '@cess/ports'
import { allOf, decodeTime, encodeTime, nonceKey } from '../store/schema.ts'

/** Messages that were used, so that none is used twice, not even after a restart. */
export interface ReplayGuard {
  /** Uses a message that is good until `until` (unix ms). False when it was used before. */
  use(message: string, until: number): Promise<boolean>
  /** Forgets messages that have expired. */
  prune(): Promise<void>
}

export async function openReplayGuard(store: KeyValueStore, clock: Clock): Promise<ReplayGuard> {
  const used = new Map<string, { readonly key: Uint8Array; readonly until: number }>()
  for await (const [key, value] of store.iterate(allOf('nonce')))
    used.set(key.toHex(), { key, until: decodeTime(value) })
  return {
    async use(message, until) {
      const key = nonceKey(message)
      const name = key.toHex()
      if (used.has(name)) return false
      used.set(name, { key, until })
      await store.batch([{ type: 'put', key, value: encodeTime(until) }])
      return true
    },
    async prune() {
      const now = clock.now()
      const old = [...used].filter(([, { until }]) => until < now)
      for (const [name] of old) used.delete(name)
      await store.batch(old.map(([, { key }]) => ({ type: 'del', key })))
    },
  }
}
