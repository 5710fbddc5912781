/** Bytes that look random and are the same in every run (xorshift). */
export function noise(length: number, seed = 0x9e3779b9): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 255
  })
}

/** Milliseconds that something takes, an error being one way to end. */
export function timed(run: () => unknown): number {
  const started = performance.now()
  try {
    run()
  } catch (error) {
    if ((error as Error).name !== 'FingerprintError') throw error
  }
  return performance.now() - started
}
