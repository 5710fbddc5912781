import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FILE_FLAGS, NODE_FLAGS } from '../src/node-flags.ts'
import { startProcess } from '../src/process.ts'

const dir = mkdtempSync(join(tmpdir(), 'cess-localnet-test-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))

function program(source: string, readyMs = 10_000) {
  const main = join(dir, `${Math.trunc(performance.now() * 1000)}.mjs`)
  writeFileSync(main, source)
  const logFile = `${main}.log`
  return { logFile, one: startProcess({ name: 'it', main, args: [], logFile, readyMs }) }
}

test('a program is ready when it says so, even in pieces and between other lines', async () => {
  const { one, logFile } = program(`
    console.log('hello'); process.stdout.write('{"ready":true,')
    setTimeout(() => console.log('"port":7}'), 50); process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1e6)`)
  assert.deepEqual(await one.ready, { ready: true, port: 7 })
  assert.ok(one.running())
  await one.stop()
  assert.equal(one.running(), false)
  assert.match(await one.ended, /exit code 0/)
  assert.match(readFileSync(logFile, 'utf8'), /hello/)
})

test('one that ends before it is ready tells the end of its log', async () => {
  const { one } = program(`console.error('the port is taken'); process.exit(3)`)
  await assert.rejects(one.ready, /exit code 3[\s\S]*the port is taken/)
})

test('one that never says so, and one that does not stop, are not waited for', async () => {
  const { one } = program(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)`, 300)
  await assert.rejects(one.ready, /not ready in 0.3 s/)
  await one.stop(300)
  assert.match(await one.ended, /SIGKILL/)
})

test('programs end when the process that started them is killed', async () => {
  const child = join(dir, 'child.mjs')
  writeFileSync(
    child,
    `console.log('{"ready":true,"pid":' + process.pid + '}'); setInterval(() => {}, 1e6)`,
  )
  const parent = join(dir, 'parent.mjs')
  const from = JSON.stringify(new URL('../src/process.ts', import.meta.url).href)
  const options = JSON.stringify({
    name: 'it',
    main: child,
    args: [],
    logFile: `${child}.log`,
    readyMs: 10_000,
  })
  writeFileSync(
    parent,
    `import { startProcess } from ${from}\nconst one = startProcess(${options})\nawait one.ready\nconsole.log(one.pid)\nsetInterval(() => {}, 1e6)`,
  )
  const starter = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pid] = (await once(starter.stdout, 'data')) as [Buffer]
  starter.kill('SIGKILL')
  const alive = () => {
    try {
      process.kill(Number(pid), 0)
      return true
    } catch {
      return false
    }
  }
  for (let i = 0; i < 100 && alive(); i++) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(alive(), false)
})

test('package.json starts the programs with the flags that the network does', () => {
  const file = new URL('../../../package.json', import.meta.url)
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> }
  for (const name of ['cess', 'cess-node', 'cess-miner', 'cess-gateway']) {
    const flags = name === 'cess-node' ? NODE_FLAGS : FILE_FLAGS
    assert.ok(scripts[name]!.startsWith(`node ${flags.join(' ')} apps/`), name)
  }
})
