import { unzipSync } from 'fflate'
import { LIMITS, Unreadable } from '../unreadable.ts'

/**
 * The entries of a zip archive that are wanted, by name. Sizes are those that the archive says: more is never unpacked, and
 * the sum of all is bounded. @throws Unreadable; what the library throws for damaged archives
 */
export function unzip(
  bytes: Uint8Array,
  wanted: (name: string) => boolean,
): ReadonlyMap<string, Uint8Array> {
  let [entries, total] = [0, 0]
  const found = unzipSync(bytes, {
    filter({ name, originalSize }) {
      if (++entries > LIMITS.entries)
        throw new Unreadable(`The document has more than ${LIMITS.entries} parts.`)
      if (!wanted(name)) return false
      total += originalSize
      if (total > LIMITS.unpacked)
        throw new Unreadable(
          `The document unpacks to more than ${LIMITS.unpacked >> 20} MiB. It is damaged, or made to do harm.`,
        )
      return true
    },
  })
  return new Map(Object.entries(found))
}
