import { type Hash, toHex } from '@cess/bytes'
import { digestItem, type Extrinsic, type Header, type RuntimeVersion } from '@cess/primitives'
import { bytes, encode } from '@cess/scale'

/** JSON forms of Substrate's types. */
interface HeaderJson {
  readonly parentHash: Hash
  readonly number: string
  readonly stateRoot: Hash
  readonly extrinsicsRoot: Hash
  readonly digest: { readonly logs: readonly string[] }
}

const headers = new WeakMap<Header, HeaderJson>()

/** Made once a header, as every subscriber gets the same. */
export function headerJson(header: Header): HeaderJson {
  const known = headers.get(header)
  if (known) return known
  const json = {
    parentHash: header.parentHash,
    number: `0x${header.number.toString(16)}`,
    stateRoot: header.stateRoot,
    extrinsicsRoot: header.extrinsicsRoot,
    digest: { logs: header.digest.logs.map((log) => toHex(encode(digestItem, log))) },
  }
  headers.set(header, json)
  return json
}

/** An extrinsic as clients send and get it: with its length prefix. */
export const extrinsicHex = (extrinsic: Extrinsic): string => toHex(encode(bytes, extrinsic))

export const versionJson = (version: RuntimeVersion) => ({
  specName: version.specName,
  implName: version.implName,
  authoringVersion: version.authoringVersion,
  specVersion: version.specVersion,
  implVersion: version.implVersion,
  apis: version.apis.map(([id, v]) => [toHex(id), v]),
  transactionVersion: version.transactionVersion,
  systemVersion: version.stateVersion,
  stateVersion: version.stateVersion,
})
