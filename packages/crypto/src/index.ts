export * from './hash.ts'
