import { DbError } from '@cess/db'
import type { KeyValueStore } from '@cess/ports'

/**
 * A store that is opened anew after its disk was full: LevelDB refuses every write from then on, although
 * there may be room again.
 */
export async function reopening(open: () => Promise<KeyValueStore>): Promise<KeyValueStore> {
  let store = await open()
  let healing: Promise<void> | undefined
  let ended = false

  async function heal(): Promise<void> {
    await store.close().catch(() => undefined)
    store = await open()
  }
  return {
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    async batch(ops, options) {
      await healing
      try {
        await store.batch(ops, options)
      } catch (error) {
        const code = error instanceof DbError ? error.code : undefined
        // CLOSED and not by us: opening it anew failed the last time.
        if (code === 'DISK_FULL' || (code === 'CLOSED' && !ended)) {
          healing ??= heal()
            .catch(() => undefined)
            .finally(() => {
              healing = undefined
            })
          await healing
        }
        throw error
      }
    },
    iterate: (options) => store.iterate(options),
    close() {
      ended = true
      return store.close()
    },
  }
}
