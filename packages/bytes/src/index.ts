/**
 * Byte arrays, hex and ordering, and the branded primitives that every layer names things with.
 *
 * Hashes and account ids are `0x`-prefixed lower-case hex strings: they are map keys, JSON and log
 * output far more often than they are hashed, and a string compares and prints without help.
 */

export * from './brands.ts'
export * from './bytes.ts'
export * from './hex.ts'
