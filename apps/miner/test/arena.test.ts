import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createArena } from '../src/serve/arena.ts'
import { openDisk } from '../src/store/disk.ts'
import { folder } from './support/folder.ts'

const MIB = 1 << 20

test('a slot is used again once it is free, and by one fragment at a time', () => {
  const arena = createArena(16 * MIB)
  const [a, b] = [arena.take(8 * MIB), arena.take(5 * MIB)]
  assert.notEqual(a.bytes.byteOffset, b.bytes.byteOffset)
  a.free()
  const again = arena.take(6 * MIB)
  assert.equal(again.bytes.byteOffset, a.bytes.byteOffset)
  assert.equal(again.bytes.length, 6 * MIB)
  again.bytes[7] = 77
  assert.deepEqual([a.bytes[7], b.bytes[7]], [77, 0])
})

test('fragments that are small or too many get memory of their own', () => {
  const arena = createArena(8 * MIB)
  const first = arena.take(8 * MIB)
  const more = arena.take(8 * MIB)
  const small = arena.take(1000)
  assert.ok(first.bytes.buffer instanceof SharedArrayBuffer)
  assert.ok(more.bytes.buffer instanceof ArrayBuffer)
  assert.ok(small.bytes.buffer instanceof ArrayBuffer)
  assert.deepEqual([more.bytes.length, small.bytes.length], [8 * MIB, 1000])
  more.free()
  small.free()
  assert.ok(arena.take(8 * MIB).bytes.buffer instanceof ArrayBuffer)
})

test('what lies in a slot is on disk as it is, of whole blocks and not', async () => {
  const disk = await openDisk(await folder())
  const arena = createArena(16 * MIB)
  for (const [size, digit] of [
    [4 * MIB, 'a'],
    [4 * MIB + 64, 'b'],
  ] as const) {
    const { bytes, free } = arena.take(size)
    for (let i = 0; i < size; i++) bytes[i] = i % 251
    const id = digit.repeat(64) as never
    await disk.write(id, bytes)
    const kept = bytes.slice()
    bytes.fill(0)
    free()
    assert.ok((await readFile(disk.path(id))).equals(kept))
  }
})
