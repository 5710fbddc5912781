import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { FileId } from '@cess/bytes'
import { createBlake3Stream } from '@cess/crypto/hashes'
import { createReedSolomon } from '@cess/erasure'
import {
  DATA_FRAGMENTS,
  FRAGMENTS,
  fragmentId,
  fragmentSize,
  PARITY_FRAGMENTS,
} from '@cess/primitives'
import type { EncoderJob, EncoderReply } from './encoder.ts'

/** Bytes of each fragment that are worked on at a time: memory is 12 of these, whatever the file's size. */
const STRIPE = 256 * 1024

const code = createReedSolomon(DATA_FRAGMENTS, PARITY_FRAGMENTS)
const dataMemory = Array.from({ length: DATA_FRAGMENTS }, () => new Uint8Array(STRIPE))
const parityMemory = Array.from({ length: PARITY_FRAGMENTS }, () => new Uint8Array(STRIPE))

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

const parityOf = (data: readonly Uint8Array[]): Uint8Array[] =>
  code.encode(
    data,
    parityMemory.map((memory) => memory.subarray(0, data[0]!.length)),
  )

/** Ids of the 12 fragments of a segment, without ever holding one of them whole. */
async function ids(fd: number, job: EncoderJob): Promise<FileId[]> {
  const size = fragmentSize(job.length)
  if (size <= STRIPE) {
    const data = readStripe(fd, job, size, 0)
    return [...data, ...parityOf(data)].map(fragmentId)
  }
  const hashers = await Promise.all(Array.from({ length: FRAGMENTS }, createBlake3Stream))
  for (let from = 0; from < size; from += STRIPE) {
    const data = readStripe(fd, job, size, from)
    for (const [i, part] of [...data, ...parityOf(data)].entries()) hashers[i]!.update(part)
  }
  return hashers.map((hasher) => hasher.digest().toHex() as FileId)
}

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
    if (job.type === 'ids') reply({ ids: await ids(fd, job) })
    else reply({ fragment: fragment(fd, job, job.index, job.memory) })
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : String(error) })
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
})
