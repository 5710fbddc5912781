import type { FileId } from '@cess/bytes'
import { fragmentId } from '@cess/primitives'
import type { Pool } from './pool.ts'

/** Below this many bytes hashing (about 2 ms a MiB) costs less than a trip to a thread. */
const HERE = 128 << 10

/**
 * BLAKE3 id of data without stopping the event loop. Shared memory is read where it is; other data moves to a thread and
 * back: use what is returned.
 */
export async function blake3Id(
  pool: Pool,
  data: Uint8Array,
): Promise<{ readonly id: FileId; readonly data: Uint8Array }> {
  if (data.length <= HERE) return { id: fragmentId(data), data }
  if (data.buffer instanceof SharedArrayBuffer) {
    const { id } = await pool.run('hash', { data })
    return { id, data }
  }
  const whole = data.byteLength === data.buffer.byteLength ? data : data.slice()
  return pool.run('hash', { data: whole }, [whole.buffer as ArrayBuffer])
}
