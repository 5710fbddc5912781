import type { AccountId, FileId } from '@cess/bytes'
import type { BoundMap, DispatchError } from '@cess/frame'
import type { Infer } from '@cess/scale'
import type { bucketInfo, UserBrief, userFileSliceInfo } from './types.ts'

const BUCKETS = 1000
/** Objects that the list inside a bucket shows, and files in a user's list, for CESS's clients; the maps hold all. */
const SHOWN = 200

type Bucket = Infer<typeof bucketInfo>
type Slice = Infer<typeof userFileSliceInfo>

export interface HoldStorage {
  readonly Bucket: BoundMap<readonly [AccountId, Uint8Array], Bucket>
  readonly UserBucketList: BoundMap<
    readonly [AccountId],
    readonly Uint8Array[],
    readonly Uint8Array[]
  >
  readonly BucketFiles: BoundMap<readonly [AccountId, Uint8Array, FileId], bigint>
  readonly UserFiles: BoundMap<readonly [AccountId, Uint8Array, FileId], bigint>
  readonly UserHoldFileList: BoundMap<readonly [AccountId], readonly Slice[], readonly Slice[]>
}

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i])

/** What a user holds: files by territory and by bucket. */
export function holdingsOf(
  storage: HoldStorage,
  errors: {
    readonly SameBucketName: () => DispatchError
    readonly StorageLimitReached: () => DispatchError
    readonly NonExistent: () => DispatchError
    readonly NotEmpty: () => DispatchError
    readonly LessMinLength: () => DispatchError
  },
) {
  const createBucket = (owner: AccountId, name: Uint8Array): void => {
    if (name.length < 3) throw errors.LessMinLength()
    if (storage.Bucket.has(owner, name)) throw errors.SameBucketName()
    const names = storage.UserBucketList.get(owner)
    if (names.length >= BUCKETS) throw errors.StorageLimitReached()
    storage.Bucket.put(owner, name, { objectList: [], authority: [owner] })
    storage.UserBucketList.put(owner, [...names, name])
  }
  return {
    createBucket,
    deleteBucket(owner: AccountId, name: Uint8Array): void {
      const bucket = storage.Bucket.get(owner, name)
      if (!bucket) throw errors.NonExistent()
      for (const _ of storage.BucketFiles.entries(owner, name)) throw errors.NotEmpty()
      storage.Bucket.remove(owner, name)
      const rest = storage.UserBucketList.get(owner).filter((n) => !same(n, name))
      if (rest.length > 0) storage.UserBucketList.put(owner, rest)
      else storage.UserBucketList.remove(owner)
    },
    add(file: FileId, brief: UserBrief, size: bigint): void {
      const { user, bucketName, territoryName } = brief
      storage.UserFiles.put(user, territoryName, file, size)
      const held = storage.UserHoldFileList.get(user).slice(-(SHOWN - 1))
      storage.UserHoldFileList.put(user, [
        ...held,
        { territoryName, fileHash: file, fileSize: size },
      ])
      if (bucketName.length === 0) return
      if (!storage.Bucket.has(user, bucketName)) {
        // A file that miners have stored already does not fail for want of one more bucket.
        if (storage.UserBucketList.get(user).length >= BUCKETS) return
        createBucket(user, bucketName)
      }
      storage.BucketFiles.put(user, bucketName, file, size)
      storage.Bucket.mutate(user, bucketName, (b) => ({
        ...b!,
        objectList: [...b!.objectList.slice(-(SHOWN - 1)), file],
      }))
    },
    remove(file: FileId, brief: UserBrief): void {
      const { user, bucketName, territoryName } = brief
      storage.UserFiles.remove(user, territoryName, file)
      const rest = storage.UserHoldFileList.get(user).filter((s) => s.fileHash !== file)
      if (rest.length > 0) storage.UserHoldFileList.put(user, rest)
      else storage.UserHoldFileList.remove(user)
      if (!storage.Bucket.has(user, bucketName)) return
      storage.BucketFiles.remove(user, bucketName, file)
      storage.Bucket.mutate(user, bucketName, (b) => ({
        ...b!,
        objectList: b!.objectList.filter((f) => f !== file),
      }))
    },
    /** Files of a territory, at most `limit`. */
    inTerritory(user: AccountId, territory: Uint8Array, limit: number): FileId[] {
      const found: FileId[] = []
      for (const [[, , file]] of storage.UserFiles.entries(user, territory)) {
        if (found.length >= limit) break
        found.push(file)
      }
      return found
    },
  }
}
export type Holdings = ReturnType<typeof holdingsOf>
