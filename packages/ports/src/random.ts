/** Randomness that nobody can predict. */
export interface Random {
  /** `length` uniformly random bytes. */
  bytes(length: number): Uint8Array
}

/** The operating system's generator. */
export const systemRandom: Random = {
  bytes: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
}
