import { FingerprintError } from './errors.ts'

/** Bytes, at once or in pieces, as files, streams and generators give them. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Gives a hasher all bytes of a source. @throws FingerprintError BAD_INPUT, and what the source throws */
export async function feed(
  source: ByteSource,
  hasher: { update(bytes: Uint8Array): void },
): Promise<void> {
  if (source instanceof Uint8Array) hasher.update(source)
  else for await (const bytes of source) hasher.update(bytes)
}

/** Refuses what is no bytes, and bytes after the last. @throws FingerprintError BAD_INPUT */
export function checkUpdate(bytes: Uint8Array, finished: boolean): void {
  if (finished)
    throw new FingerprintError(
      'BAD_INPUT',
      'The code of this data is finished, so nothing can be added. Make a new hasher.',
    )
  if (!(bytes instanceof Uint8Array))
    throw new FingerprintError('BAD_INPUT', 'Data comes as Uint8Arrays. Encode text first.')
}
