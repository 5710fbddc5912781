import { type FileHandle, open } from 'node:fs/promises'
import { diskError } from '../store/disk.ts'

/** Bytes that are gathered for one write. */
const BATCH = 1 << 20

export interface ReceiveOptions {
  /** Offset in the file to write at; what is behind it is cut off. */
  readonly from: number
  /** Told the length of the file as it grows, before it is certainly on disk. */
  readonly onGrown?: (length: number) => void
  /** Told, every `everyBytes`, that so much is on disk for good. */
  readonly onDurable?: (length: number) => Promise<void>
}

/** Bytes between two moments at which everything so far is on disk. */
const DURABLE_EVERY = 16 << 20

/**
 * Writes a body to a file. However it ends, by the body's end or by its failure, what has come is on disk by then, and
 * `onDurable` knows how much. Returns the length of the file.
 */
export async function receive(
  body: AsyncIterable<Uint8Array>,
  path: string,
  { from, onGrown, onDurable }: ReceiveOptions,
): Promise<number> {
  const handle = await open(path, from === 0 ? 'w' : 'r+', 0o600)
  const writer = createWriter(handle, from, onGrown)
  let durable = from
  async function makeDurable(): Promise<void> {
    const length = await writer.flush()
    await handle.datasync()
    durable = length
    await onDurable?.(length)
  }
  try {
    if (from > 0) await handle.truncate(from)
    try {
      for await (const chunk of body) {
        await writer.add(chunk)
        if (onDurable && writer.written() - durable >= DURABLE_EVERY) await makeDurable()
      }
    } finally {
      await makeDurable()
    }
    return writer.written()
  } catch (error) {
    throw diskError(error)
  } finally {
    await handle.close()
  }
}

/** Writes batches one behind the other, while the next one is gathered. */
function createWriter(handle: FileHandle, from: number, onGrown?: (length: number) => void) {
  let batch: Uint8Array[] = []
  let gathered = 0
  let at = from
  let writing: Promise<void> = Promise.resolve()

  async function write(parts: Uint8Array[], bytes: number): Promise<void> {
    for (let rest = parts, left = bytes; left > 0; ) {
      const { bytesWritten } = await handle.writev(rest, at)
      at += bytesWritten
      left -= bytesWritten
      if (left > 0) rest = [Buffer.concat(parts).subarray(bytes - left)]
    }
    onGrown?.(at)
  }
  async function push(): Promise<void> {
    await writing
    const [parts, bytes] = [batch, gathered]
    ;[batch, gathered] = [[], 0]
    writing = write(parts, bytes)
    // Awaited at the next push at the latest.
    writing.catch(() => undefined)
  }
  return {
    written: () => at,
    async add(chunk: Uint8Array): Promise<void> {
      batch.push(chunk)
      gathered += chunk.length
      if (gathered >= BATCH) await push()
    },
    async flush(): Promise<number> {
      if (gathered > 0) await push()
      await writing
      return at
    },
  }
}
