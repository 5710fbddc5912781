/**
 * The wire types of the network that every layer above shares: headers, digests, eras, consensus messages,
 * the layout of stored files, and `RuntimeHost`, the one boundary between node and runtime.
 */
export * from './accounts.ts'
export * from './babe.ts'
export * from './digest.ts'
export * from './era.ts'
export * from './grandpa.ts'
export * from './header.ts'
export * from './host.ts'
export * from './runtime-version.ts'
export * from './storage.ts'
export * from './validity.ts'
