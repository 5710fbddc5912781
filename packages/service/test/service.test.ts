import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { Command, InvalidArgumentError, Option } from 'commander'
import { createLogger, createMetrics, serveMetrics, withConfigFile } from '../src/index.ts'

const dir = mkdtempSync(join(tmpdir(), 'cess-service-'))
afterEach(() => {
  delete process.env['CESS_TEST_PORT']
})
process.on('exit', () => rmSync(dir, { recursive: true }))

const port = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Not a port.')
  return value
}
async function parse(file: unknown, args: string[] = []): Promise<Record<string, unknown>> {
  const path = join(dir, 'config.json')
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file))
  let seen: Record<string, unknown> = {}
  const command = withConfigFile(new Command('x'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addOption(new Option('--rpc-port <n>').argParser(port).default(1).env('CESS_TEST_PORT'))
    .addOption(new Option('--node <url...>'))
    .addOption(new Option('--dev'))
    .action((options) => {
      seen = options
    })
  await command.parseAsync(['node', 'x', '--config', path, ...args])
  return seen
}

test('flags win over the environment, that over the file, that over defaults', async () => {
  assert.equal((await parse({}))['rpcPort'], 1)
  assert.equal((await parse({ rpcPort: 2 }))['rpcPort'], 2)
  process.env['CESS_TEST_PORT'] = '3'
  assert.equal((await parse({ rpcPort: 2 }))['rpcPort'], 3)
  assert.equal((await parse({ rpcPort: 2 }, ['--rpc-port', '4']))['rpcPort'], 4)
})

test('lists and switches come from the file too', async () => {
  const seen = await parse({ node: ['a', 'b'], dev: true })
  assert.deepEqual(seen['node'], ['a', 'b'])
  assert.equal(seen['dev'], true)
})

test('a bad file is refused with its reason', async () => {
  await assert.rejects(parse('{'), /cannot be used/)
  await assert.rejects(parse([]), /one JSON object/)
  await assert.rejects(parse({ portt: 1 }), /unknown key "portt"/)
  await assert.rejects(parse({ rpcPort: -1 }), /Not a port/)
  await assert.rejects(parse({ dev: 'yes' }), /true or false/)
  await assert.rejects(parse({ node: 'a' }), /a list/)
})

test('a line for people has time, level, sentence, fields and the error', () => {
  const lines: string[] = []
  const logger = createLogger({ level: 'info', format: 'text', write: (l) => lines.push(l) })
  logger.child({ peer: 'p1' }).warn({ height: 3, error: new Error('broken') }, 'It failed.')
  logger.debug({}, 'unseen')
  assert.equal(lines.length, 1)
  assert.match(
    lines[0]!,
    /^\d\d:\d\d:\d\d\.\d{3} WARN {2}It failed\. {2}peer=p1 height=3 error="broken"\n$/,
  )
})

test('metrics are served as Prometheus reads them', async () => {
  const { metrics, registry } = createMetrics()
  metrics.counter('cess_test_total', 'A test.', ['kind']).inc(2, { kind: 'a' })
  metrics.gauge('cess_test', 'A test.').set(5)
  metrics.histogram('cess_test_seconds', 'A test.', [1, 2]).observe(1.5)
  const server = await serveMetrics(registry, { host: '127.0.0.1', port: 0 })
  const base = `http://127.0.0.1:${server.port}`
  const text = await (await fetch(`${base}/metrics`)).text()
  assert.match(text, /cess_test_total\{kind="a"\} 2/)
  assert.match(text, /cess_test 5/)
  assert.match(text, /cess_test_seconds_bucket\{le="2"\} 1/)
  assert.equal((await fetch(`${base}/other`)).status, 404)
  await server.close()
})
