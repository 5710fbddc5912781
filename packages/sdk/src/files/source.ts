import type { ByteSource } from '@cess/content'

/** Where the bytes of a file come from: a file on disk, a `Blob`, an array. It is read more than once. */
export interface FileSource {
  /** The bytes from `offset` to the end. */
  read(offset: number): ByteSource
}

/** Bytes in memory as a source. */
export const bytesSource = (bytes: Uint8Array): FileSource => ({
  read: (offset) => [bytes.subarray(offset)],
})

/** A browser's `File` or `Blob` as a source. */
export const blobSource = (blob: Blob): FileSource => ({
  read: (offset) => blob.slice(offset).stream() as unknown as AsyncIterable<Uint8Array>,
})
