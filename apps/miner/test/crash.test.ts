import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { FileId } from '@cess/bytes'
import { hashFile } from '../src/work/hashing.ts'
import { folder } from './support/folder.ts'
import { open } from './support/store.ts'

const script = fileURLToPath(new URL('./support/child.ts', import.meta.url))
const start = (command: string, ...args: string[]): ChildProcess =>
  spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })

/** Everything that is in the index is on disk, whole, and nothing else is. */
async function checkWhole(dir: string, accepted: readonly FileId[]): Promise<void> {
  const store = await open(dir)
  assert.equal(store.found.lost, 0)
  for (const id of accepted)
    assert.equal(store.fragments.record(id)?.state, 'Present', `${id} was accepted and is gone`)
  let known = 0
  for await (const { id } of store.fragments.all()) {
    known++
    assert.equal(await hashFile(store.fragments.path(id)), id)
  }
  const files = await readdir(join(dir, 'fragments'), { recursive: true })
  assert.equal(files.filter((name) => name.length > 3).length, known)
  assert.equal(store.usage.fragments, known)
  assert.deepEqual(await readdir(join(dir, 'tmp')), [])
  await store.close()
}

test('kill -9 in the middle of writes leaves no half fragment and loses no accepted one', async () => {
  const dir = await folder()
  const accepted: FileId[] = []
  for (const [seed, until] of [11, 3, 18].entries()) {
    const child = start(process.execPath, script, dir, '300000', String(seed + 1))
    const exited = once(child, 'exit')
    let seen = 0
    for await (const line of createInterface({ input: child.stdout! })) {
      accepted.push(line as FileId)
      if (++seen === until) child.kill('SIGKILL')
    }
    assert.deepEqual(await exited, [null, 'SIGKILL'])
    await checkWhole(dir, accepted)
  }
})

test('a full disk is FULL, and everything accepted before is still there', async () => {
  const dir = await folder()
  // The shell's limit on the size of a file makes the write fail as a full disk does.
  const child = start(
    '/bin/sh',
    '-c',
    'ulimit -f 400; exec "$0" "$@"',
    process.execPath,
    script,
    dir,
    '1000000',
    '9',
  )
  const [accepted, refused]: [FileId[], string[]] = [[], []]
  for await (const line of createInterface({ input: child.stdout! }))
    if (line.startsWith('!')) refused.push(line)
    else accepted.push(line as FileId)
  assert.deepEqual(refused, ['! FULL'])
  await checkWhole(dir, accepted)
})

test('the same when it is the log of the index that finds no room', async () => {
  const dir = await folder()
  // Small fragments: the log grows beyond the limit before any of them does.
  const child = start(
    '/bin/sh',
    '-c',
    'ulimit -f 40; exec "$0" "$@"',
    process.execPath,
    script,
    dir,
    '4096',
    '5',
  )
  const [accepted, refused]: [FileId[], string[]] = [[], []]
  for await (const line of createInterface({ input: child.stdout! }))
    if (line.startsWith('!')) refused.push(line)
    else accepted.push(line as FileId)
  assert.deepEqual(refused, ['! FULL'])
  assert.ok(accepted.length > 0)
  await checkWhole(dir, accepted)
})
