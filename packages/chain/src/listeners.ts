import type { Logger } from '@cess/ports'

/** Who wants to hear of something. One listener that throws is logged and does not keep it from the others. */
export interface Listeners<T> {
  add(listener: (value: T) => void): () => void
  emit(value: T): void
  clear(): void
}

export function createListeners<T>(logger: Logger): Listeners<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    add(listener) {
      // Wrapped, so that the same function added twice is heard twice and removed once.
      const entry = (value: T): void => listener(value)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    emit(value) {
      for (const listener of [...listeners])
        try {
          listener(value)
        } catch (error) {
          logger.error({ error }, 'a listener threw; this is a bug in it')
        }
    },
    clear: () => listeners.clear(),
  }
}
