import type { SminerApi } from '../sminer/pallet.ts'
import type { Holdings } from './buckets.ts'
import type { Files } from './files.ts'
import type { FileBankBase } from './storage.ts'

/** Expired territories that one round looks at, of which most may be empty. */
const LOOKS = 20

interface ChoreDeps extends FileBankBase {
  readonly files: Files
  readonly holdings: Holdings
  readonly miners: () => SminerApi
}

/** Work that is too much for one block: files of expired territories are deleted, data of lost miners is written off. */
export function choresOf({ storage, emit, files, holdings, miners }: ChoreDeps) {
  function clear(limit: number): number {
    let done = 0
    let looks = 0
    for (const [[[owner, name]]] of storage.Clearing.entries()) {
      if (looks++ >= LOOKS) break
      const found = holdings.inTerritory(owner, name, limit - done)
      for (const hash of found) {
        files.remove(hash, owner)
        emit.DeleteFile({ operator: owner, owner, fileHash: hash })
      }
      done += found.length
      if (done >= limit) break
      storage.Clearing.remove([owner, name])
    }
    return done
  }
  function writeOff(limit: number): number {
    let done = 0
    for (let looks = 0; looks < LOOKS && done < limit; looks++) {
      const miner = miners().registry.leaving()
      if (miner === undefined) break
      while (done < limit && files.lose(miner)) done++
      if (done < limit) miners().registry.left(miner)
    }
    return done
  }
  return {
    /** Does up to `limit` pieces of each kind; returns how many it did. */
    work: (limit: number): number => clear(limit) + writeOff(limit),
  }
}
