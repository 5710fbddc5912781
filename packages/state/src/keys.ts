import { concat, fromHex, type Hash, utf8 } from '@cess/bytes'
import type { BatchOp } from '@cess/ports'

/** Node and value ids take 6 bytes: 2^48 of them last for millennia. */
export const ID_BYTES = 6

export function putId(out: Uint8Array, at: number, id: number): void {
  const high = Math.floor(id / 2 ** 32)
  out[at] = high >> 8
  out[at + 1] = high & 255
  out[at + 2] = (id >>> 24) & 255
  out[at + 3] = (id >>> 16) & 255
  out[at + 4] = (id >>> 8) & 255
  out[at + 5] = id & 255
}

export const getId = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 8) | bytes[at + 1]!) * 2 ** 32 +
  (((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0)

const nodeTag = utf8('s/n/')
/** A node, or a value too long to stand with its node. */
export function nodeKey(id: number): Uint8Array {
  const key = new Uint8Array(nodeTag.length + ID_BYTES)
  key.set(nodeTag)
  putId(key, nodeTag.length, id)
  return key
}

const byHash = (prefix: string) => {
  const tag = utf8(prefix)
  return (hash: Hash): Uint8Array => concat(tag, fromHex(hash))
}
const byNumber = (prefix: string) => {
  const tag = utf8(prefix)
  return (number: number): Uint8Array => {
    const key = new Uint8Array(tag.length + 4)
    key.set(tag)
    new DataView(key.buffer).setUint32(tag.length, number)
    return key
  }
}

/** The state after a block: where it is and what the block wrote for it. */
export const blockKey = byHash('s/b/')
/** Ids of what its parent's state had and its own has not. */
export const removedKey = byHash('s/d/')
/** Hashes of the blocks of this height that are not final. */
export const openKey = byNumber('s/u/')
/** Hash of the final block of this height, while its state is kept. */
export const lineKey = byNumber('s/l/')
export const metaKey = utf8('s/m')

export const put = (key: Uint8Array, value: Uint8Array): BatchOp => ({ type: 'put', key, value })
export const del = (key: Uint8Array): BatchOp => ({ type: 'del', key })
