/** Memory of fragments that is used again: fresh memory costs the kernel as much as receiving one, and V8 a collection soon. */
export interface FragmentMemory {
  /** Memory of exactly so many bytes. What is in it is anything. */
  take(bytes: number): Uint8Array
  /** Nobody reads these bytes any more. What is not from here is left alone. */
  free(bytes: Uint8Array): void
}

/** Leaves it to V8. */
export const collected: FragmentMemory = {
  take: (bytes) => new Uint8Array(bytes),
  free: () => undefined,
}
