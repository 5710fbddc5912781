import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { createFragmentIds } from '@cess/content/fragment-ids'
import { createReedSolomon } from '@cess/erasure'
import { DATA_FRAGMENTS, fragmentSize, PARITY_FRAGMENTS } from '@cess/primitives'
import type { EncoderJob, EncoderReply } from './encoder.ts'

/** Bytes of each fragment that are worked on at a time: memory is four of these, whatever the file's size. */
const STRIPE = 256 * 1024

const code = createReedSolomon(DATA_FRAGMENTS, PARITY_FRAGMENTS)
const dataMemory = Array.from({ length: DATA_FRAGMENTS }, () => new Uint8Array(STRIPE))
const fragmentIds = createFragmentIds()

/** Fills `into` from the segment at `at`; what lies behind the segment's end is padding, zeros. */
function readPart(fd: number, job: EncoderJob, at: number, into: Uint8Array): void {
  const wanted = Math.max(0, Math.min(into.length, job.length - at))
  for (let done = 0; done < wanted; ) {
    const read = readSync(fd, into, done, wanted - done, job.offset + at + done)
    if (read === 0) throw new RangeError('the spooled file is shorter than it should be')
    done += read
  }
  into.fill(0, wanted)
}

/** A stripe of all four data fragments. */
const readStripe = (fd: number, job: EncoderJob, size: number, from: number): Uint8Array[] =>
  dataMemory.map((memory, i) => {
    const part = memory.subarray(0, Math.min(STRIPE, size - from))
    readPart(fd, job, i * size + from, part)
    return part
  })

/** One fragment. Parity is made from stripes, so that only the fragment itself is in memory. */
function fragment(
  fd: number,
  job: EncoderJob,
  index: number,
  memory?: SharedArrayBuffer,
): Uint8Array {
  const size = fragmentSize(job.length)
  // Shared, so that the network can send it from where it is: memory that moved between threads could be taken away
  // from under a write that a peer's early answer left behind.
  const out = new Uint8Array(
    memory && memory.byteLength >= size ? memory : new SharedArrayBuffer(size),
    0,
    size,
  )
  if (index < DATA_FRAGMENTS) {
    readPart(fd, job, index * size, out)
    return out
  }
  const missing = Array.from({ length: PARITY_FRAGMENTS }, () => undefined)
  for (let from = 0; from < size; from += STRIPE) {
    const data = readStripe(fd, job, size, from)
    code.reconstruct([...data, ...missing], [index], [out.subarray(from, from + data[0]!.length)])
  }
  return out
}

parentPort!.on('message', async (job: EncoderJob) => {
  const reply = (value: EncoderReply): void => parentPort!.postMessage(value)
  let fd: number | undefined
  try {
    fd = openSync(job.path, 'r')
    if (job.type === 'ids') {
      const from = fd
      const read = (at: number, memory: Uint8Array): Uint8Array => {
        readPart(from, job, at, memory)
        return memory
      }
      reply({ ids: await fragmentIds(job.length, read) })
    } else reply({ fragment: fragment(fd, job, job.index, job.memory) })
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : String(error) })
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
})
