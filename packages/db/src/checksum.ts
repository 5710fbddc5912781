import { crc32 } from 'node:zlib'
import { corruptError } from './errors.ts'

const LENGTH = 4

/**
 * Values are stored with the CRC-32 of key and value behind them. LevelDB has checksums of its own, but
 * classic-level reads without checking them: a flipped bit of an uncompressed block would come back as data.
 */
export function seal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const out = new Uint8Array(value.length + LENGTH)
  out.set(value)
  new DataView(out.buffer).setUint32(value.length, crc32(value, crc32(key)))
  return out
}

/**
 * The value that `seal` was given.
 * @throws DbError CORRUPT when key or value changed since.
 */
export function unseal(path: string, key: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length >= LENGTH) {
    const value = plain(sealed, sealed.length - LENGTH)
    const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.length)
    if (view.getUint32(value.length) === crc32(value, crc32(key))) return value
  }
  throw corruptError(path, 'a value does not match its checksum')
}

/** The first bytes as a Uint8Array: classic-level gives Buffers, whose `slice` does not copy. */
export const plain = (bytes: Uint8Array, length = bytes.length): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, length)
