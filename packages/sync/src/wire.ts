import type { Hash } from '@cess/bytes'
import type { BlockData } from '@cess/network'
import {
  type Extrinsic,
  GRANDPA_ENGINE,
  type Header,
  header as headerCodec,
  headerHash,
} from '@cess/primitives'
import { bytes, decode, encode, fixedBytes, tuple, vec } from '@cess/scale'

/** A block as a peer sent it; that its parts belong together is not checked yet. */
export interface Fetched {
  readonly hash: Hash
  readonly header: Header
  readonly body: readonly Extrinsic[]
  readonly justification?: Uint8Array
  readonly from: string
}

const justifications = vec(tuple(fixedBytes(4), bytes), 16)

/** The GRANDPA proof among a block's justifications. */
function readJustification(encoded: Uint8Array): Uint8Array | undefined {
  const found = decode(justifications, encoded)
  return found.find(([engine]) => engine.every((byte, i) => byte === GRANDPA_ENGINE[i]))?.[1]
}

export const writeJustification = (proof: Uint8Array): Uint8Array =>
  encode(justifications, [[GRANDPA_ENGINE, proof]])

/** Reads blocks with headers. @throws ScaleError or RangeError when they do not decode or a hash is wrong. */
export function readBlocks(blocks: readonly BlockData[], from: string): Fetched[] {
  return blocks.map((data) => {
    if (!data.header) throw new RangeError('a block without its header')
    const header = decode(headerCodec, data.header)
    const hash = headerHash(header)
    if (hash !== data.hash) throw new RangeError('a block under the hash of another')
    const justification = data.justifications && readJustification(data.justifications)
    return {
      hash,
      header,
      body: (data.body ?? []).map((extrinsic) => decode(bytes, extrinsic)),
      from,
      ...(justification && { justification }),
    }
  })
}

/** The proof in an answer that carries nothing else. */
export const readProof = ([data]: readonly BlockData[], hash: Hash): Uint8Array | undefined =>
  data?.hash === hash && data.justifications ? readJustification(data.justifications) : undefined

/** Whether each block is the parent of the next. */
export const areLinked = (blocks: readonly Fetched[]): boolean =>
  blocks.every(({ header }, i) => {
    const parent = blocks[i - 1]
    return (
      !parent || (header.parentHash === parent.hash && header.number === parent.header.number + 1)
    )
  })
