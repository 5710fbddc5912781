/** The `KeyValueStore` port on LevelDB. */
export { DbError, type DbErrorCode } from './errors.ts'
export { type LevelStoreOptions, openLevelStore } from './level-store.ts'
export { part, under } from './part.ts'
