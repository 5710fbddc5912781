import { concat, toHex } from '@cess/bytes'
import { digestItem, type Extrinsic, type Header, type RuntimeVersion } from '@cess/primitives'
import { compact, encode, u32 } from '@cess/scale'

/** JSON forms of Substrate's types. */
export const headerJson = (header: Header) => ({
  parentHash: header.parentHash,
  number: `0x${header.number.toString(16)}`,
  stateRoot: header.stateRoot,
  extrinsicsRoot: header.extrinsicsRoot,
  digest: { logs: header.digest.logs.map((log) => toHex(encode(digestItem, log))) },
})

/** An extrinsic as clients send and get it: with its length prefix. */
export const extrinsicHex = (extrinsic: Extrinsic): string =>
  toHex(concat(encode(compact(u32), extrinsic.length), extrinsic))

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
