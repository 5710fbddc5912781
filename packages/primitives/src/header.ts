import { type Hash, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto/hashes'
import { bytes, type Codec, compact, encode, type Infer, struct, u32, vec } from '@cess/scale'
import { hash256 } from './accounts.ts'
import { digest } from './digest.ts'

/** Block header (sp_runtime::generic::Header). `number` is compact here and fixed u32 everywhere else. */
export const header = struct('sp_runtime::generic::header::Header', {
  parentHash: hash256,
  number: compact(u32),
  stateRoot: hash256,
  extrinsicsRoot: hash256,
  digest,
})
export type Header = Infer<typeof header>

/** An encoded extrinsic with its own length prefix stripped. */
export type Extrinsic = Uint8Array

/** A block on the wire. Every extrinsic is opaque bytes behind its own length. */
export const block = struct('sp_runtime::generic::block::Block', { header, extrinsics: vec(bytes) })
export type Block = Infer<typeof block>

/** A consensus proof kept beside a block: (engine id, bytes). */
export type Justification = readonly [engine: Uint8Array, payload: Uint8Array]

/** Block hash: blake2-256 of the encoded header, seal included. */
export const headerHash = (value: Header): Hash => toHex(blake2b256(encode(header, value))) as Hash

/** The header without its last log (the seal), which is what the seal signs. */
export const unsealed = (value: Header): Header => ({
  ...value,
  digest: { logs: value.digest.logs.slice(0, -1) },
})

export type HeaderCodec = Codec<Header>
