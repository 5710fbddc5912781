import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ciphertext } from '../src/files/ciphertext.ts'
import { follow } from '../src/files/follow.ts'
import { content } from './support/kit.ts'

/** A ciphertext in pieces of 1,000 bytes that live in one buffer, and how often each byte was made. */
function source(total: number) {
  const bytes = content(total)
  let made = 0
  const ciphertext: Ciphertext = {
    header: '',
    name: 'x',
    total,
    size: total,
    async *from(offset) {
      const piece = new Uint8Array(1000)
      for (let at = offset; at < total; at += 1000) {
        const some = bytes.subarray(at, at + 1000)
        piece.set(some)
        made += some.length
        yield piece.subarray(0, some.length)
        // Whoever holds it longer than it may sees rubbish.
        piece.fill(0xee)
      }
    },
  }
  return { bytes, ciphertext, made: () => made }
}

async function read(stream: AsyncIterable<Uint8Array>, most = Infinity): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of stream) {
    parts.push(part.slice())
    length += part.length
    if (length >= most) break
  }
  return new Uint8Array(Buffer.concat(parts))
}

test('both get all bytes, which are made once', async () => {
  const { bytes, ciphertext, made } = source(10_500)
  const followed = follow(ciphertext)
  const reader = read(followed.bytes())
  assert.deepEqual(await read(followed.ciphertext.from(0)), bytes)
  assert.deepEqual(await reader, bytes)
  assert.equal(made(), bytes.length)
})

test('an upload that breaks off and goes back a little is followed on', async () => {
  const { bytes, ciphertext, made } = source(10_000)
  const followed = follow(ciphertext)
  const reader = read(followed.bytes())
  await read(followed.ciphertext.from(0), 6_000)
  assert.deepEqual(await read(followed.ciphertext.from(4_500)), bytes.subarray(4_500))
  assert.deepEqual(await reader, bytes)
  assert.equal(made(), 6_000 + 5_500)
})

test('an upload that begins in the middle is not waited for', async () => {
  const { bytes, ciphertext } = source(10_000)
  const followed = follow(ciphertext)
  const reader = read(followed.bytes())
  assert.deepEqual(await read(followed.ciphertext.from(7_000)), bytes.subarray(7_000))
  assert.deepEqual(await reader, bytes)
})

test('what was not uploaded is read alone once the upload is over', async () => {
  const { bytes, ciphertext } = source(10_000)
  const followed = follow(ciphertext)
  const reader = read(followed.bytes())
  await read(followed.ciphertext.from(0), 3_000)
  followed.finish()
  assert.deepEqual(await reader, bytes)
})

test('a reader that stops early does not hold the upload up', async () => {
  const { bytes, ciphertext } = source(10_000)
  const followed = follow(ciphertext)
  const reader = read(followed.bytes(), 2_000)
  assert.deepEqual(await read(followed.ciphertext.from(0)), bytes)
  assert.deepEqual(await reader, bytes.subarray(0, 2_000))
})
