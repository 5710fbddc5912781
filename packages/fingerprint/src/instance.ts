import { createBlake3Stream } from '@cess/crypto/hashes'
import { encodeUnit } from './codec.ts'
import { type ByteSource, checkUpdate, feed } from './sources.ts'
import type { IsccCode } from './types.ts'

export interface InstanceCode {
  readonly iscc: IsccCode
  /** Multihash (BLAKE3) of the bytes, as hex. */
  readonly datahash: string
  /** Bytes. */
  readonly filesize: number
}

/** Makes an Instance-Code of bytes as they come. */
export interface InstanceHasher {
  /** @throws FingerprintError BAD_INPUT for what is no bytes, and after `finish` */
  update(bytes: Uint8Array): void
  /** After the last byte; again for other lengths. @throws FingerprintError BAD_INPUT */
  finish(bits?: number): InstanceCode
}

/** Instance-Code (ISO 24138, Instance-Code): the beginning of the BLAKE3 hash. Equal for equal bytes alone, as far as anybody knows. */
export async function createInstanceHasher(): Promise<InstanceHasher> {
  const hasher = await createBlake3Stream()
  let filesize = 0
  let digest: Uint8Array | undefined
  return {
    update(bytes) {
      checkUpdate(bytes, digest !== undefined)
      filesize += bytes.length
      hasher.update(bytes)
    },
    finish(bits = 64) {
      digest ??= hasher.digest()
      const iscc = encodeUnit('INSTANCE', 'NONE', bits, digest)
      return { iscc, datahash: `1e20${digest.toHex()}`, filesize }
    },
  }
}

/** Instance-Code of all bytes of a source. @throws FingerprintError BAD_INPUT, and what the source throws */
export async function genInstanceCode(source: ByteSource, bits = 64): Promise<InstanceCode> {
  const hasher = await createInstanceHasher()
  await feed(source, hasher)
  return hasher.finish(bits)
}
