import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts'
import { hashFile } from '../../src/work/hashing.ts'

export const open = (dataDir: string, options: Partial<StoreOptions> = {}): Promise<Store> =>
  openStore({
    dataDir,
    owner: undefined,
    maxBytes: Number.MAX_SAFE_INTEGER,
    minFreeBytes: 0,
    hashFile,
    ...options,
  })
