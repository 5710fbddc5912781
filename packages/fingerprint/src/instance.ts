import { createBlake3Stream } from '@cess/crypto/hashes'
import { encodeUnit, type Iscc } from './codec.ts'

export interface InstanceCode {
  readonly iscc: Iscc
  /** Multihash (BLAKE3) of the bytes, as hex. */
  readonly datahash: string
  /** Bytes. */
  readonly filesize: number
}

/** Makes an Instance-Code of bytes as they come. */
export interface InstanceHasher {
  update(bytes: Uint8Array): void
  /** After the last byte. @throws FingerprintError BAD_INPUT */
  finish(bits?: number): InstanceCode
}

/** Instance-Code (ISO 24138 §5.11): the beginning of the BLAKE3 hash. Equal for equal bytes alone, as far as anybody knows. */
export async function createInstanceHasher(): Promise<InstanceHasher> {
  const hasher = await createBlake3Stream()
  let filesize = 0
  return {
    update(bytes) {
      filesize += bytes.length
      hasher.update(bytes)
    },
    finish(bits = 64) {
      const digest = hasher.digest()
      const iscc = encodeUnit('INSTANCE', 'NONE', bits, digest)
      return { iscc, datahash: `1e20${digest.toHex()}`, filesize }
    },
  }
}
