/**
 * The states after blocks: read, change in nested transactions, commit to a root, keep and prune. Synchronous, as a
 * runtime needs it; the store's writes are the caller's.
 */
export { createStateDb, type RecordedOverlay, type StateDb, type StateDbOptions } from './db.ts'
export { StateError, type StateErrorCode } from './errors.ts'
export { memoryState } from './memory.ts'
export type { Overlay, StateChanges } from './overlay.ts'
export type { StateView, TrieView } from './view.ts'
