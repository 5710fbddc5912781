import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { utf8 } from '@cess/bytes'
import { openLevelStore } from '@cess/db'
import { folder } from './support/folder.ts'

const script = fileURLToPath(new URL('./support/child.ts', import.meta.url))
const start = (command: string, ...args: string[]): ChildProcess =>
  spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })

/** The child's lines up to and including the one that `last` accepts. */
async function lines(child: ChildProcess, last: (line: string) => boolean): Promise<string[]> {
  const out: string[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    out.push(line)
    if (last(line)) break
  }
  return out
}

test('nothing that a synchronous batch acknowledged is lost to kill -9, and no batch is torn', async () => {
  const path = await folder()
  let acknowledged = -1
  for (const until of ['40', '3', '120']) {
    const child = start(process.execPath, script, path, '3000')
    const exited = once(child, 'exit')
    const seen = await lines(child, (line) => line === until)
    child.kill('SIGKILL')
    assert.deepEqual(await exited, [null, 'SIGKILL'])
    acknowledged = Math.max(acknowledged, Number(seen.at(-1)))

    const store = await openLevelStore(path)
    for (let i = 0; i <= acknowledged; i++)
      for (const half of ['a', 'b']) {
        const value = store.get(utf8(`${half}/${i}`))
        assert.ok(value, `${half}/${i} was acknowledged and is gone`)
        assert.ok(value.length === 3000 && value.every((b) => b === (i & 0xff)))
      }
    // The batch that was being written when the process died is there as a whole, or not at all.
    let next = acknowledged + 1
    while (store.get(utf8(`a/${next}`))) assert.ok(store.get(utf8(`b/${next++}`)))
    assert.equal(store.get(utf8(`b/${next}`)), undefined)
    await store.close()
  }
})

test('LOCKED: another process has the folder open', async () => {
  const path = await folder()
  const child = start(process.execPath, script, path, '1')
  const exited = once(child, 'exit')
  await lines(child, (line) => line === '0')
  await assert.rejects(openLevelStore(path), { name: 'DbError', code: 'LOCKED' })
  child.kill('SIGKILL')
  await exited
  await (await openLevelStore(path)).close()
})

test('DISK_FULL: a write that finds no room says so, and what was acknowledged before stays', async () => {
  const path = await folder()
  // The shell's limit on the size of a file makes the log's write fail as a full disk does.
  const child = start(
    '/bin/sh',
    '-c',
    `ulimit -f 200; exec "$0" "$@"`,
    process.execPath,
    script,
    path,
    '20000',
  )
  const exited = once(child, 'exit')
  const seen = await lines(child, (line) => !/^\d+$/.test(line))
  assert.equal(seen.at(-1), 'DISK_FULL')
  await exited
  const store = await openLevelStore(path)
  for (const i of seen.slice(0, -1)) assert.equal(store.get(utf8(`b/${i}`))?.length, 20000)
  await store.close()
})
