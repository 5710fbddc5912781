/**
 * The hashes alone. Threads that need nothing else import this: signatures bring 45 MB of memory to each thread that
 * loads them. Nothing here needs Node.js: bundlers for browsers take it as it is.
 */
export * from './blake3-prefix.ts'
export * from './blake3-tree.ts'
export * from './hash.ts'
