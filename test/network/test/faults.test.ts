// Faults of whole programs, on a network of real processes: what was acknowledged stays, and things go on by themselves.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Cess, cess } from '@cess/localnet/cess'
import { type LocalNetwork, startNetwork } from '@cess/localnet/network'

const POLL_MS = 200
/** Nothing here takes half as long. */
const LIMIT_MS = 120_000
const folder = mkdtempSync(join(tmpdir(), 'cess-network-test-'))
let network: LocalNetwork
let user: Cess

before(async () => {
  network = await startNetwork({
    data: join(folder, 'network'),
    ports: { rpc: 0, p2p: 0, gateway: 0 },
    // One more than a file needs, so that the one that does not answer can be replaced.
    miners: 13,
    logLevel: 'info',
    progress: () => undefined,
  })
  user = cess({ node: network.rpc, gateway: network.gateway, key: '//Dave', home: folder })
  await user.must('space', 'buy', '--gib', '4', '--days', '30')
  await user.must('authorize')
})
after(async () => {
  await network.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + LIMIT_MS
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > end) throw new Error(`${what} did not happen`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
async function rpc(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const answer = await fetch(url.replace('ws:', 'http:'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await answer.json()) as { result: unknown }).result
}
const numberOf = async (url: string, ...hash: unknown[]): Promise<number> =>
  Number(((await rpc(url, 'chain_getHeader', ...hash)) as { number: string }).number)
const final = async (url: string): Promise<number> =>
  numberOf(url, await rpc(url, 'chain_getFinalizedHead'))

function makeFile(name: string, bytes: number): string {
  const path = join(folder, name)
  writeFileSync(path, randomBytes(bytes))
  return path
}
async function comesBack(fid: unknown, file: string): Promise<void> {
  const back = join(folder, 'back')
  await user.must('get', String(fid), '-o', back)
  assert.ok(readFileSync(back).equals(readFileSync(file)))
  rmSync(back)
}
interface Status {
  readonly spool: { readonly bytes: number }
  readonly uploads: { readonly active: number }
}
const gatewayStatus = async (): Promise<Status> =>
  ((await (await fetch(`${network.gateway}/status`)).json()) as { data: Status }).data

test('a gateway that is killed in mid-upload loses nothing: the client goes on when it is back', async () => {
  const file = makeFile('upload', 120_000_000)
  const put = user.run('put', file, '--wait', 'stored')
  await until('the first pieces', async () =>
    (await gatewayStatus()).spool.bytes > 20_000_000 ? true : undefined,
  )
  await network.gatewayProcess().kill()
  await network.restartGateway('kept')
  const { code, json } = await put
  assert.equal(code, 0, JSON.stringify(json))
  await comesBack(json['fid'], file)
})

test('a validator that is killed and comes back catches up, and finality goes on with all it had', async () => {
  const [first, , third] = network.rpcs
  const before = await final(third!)
  const sealed = await rpc(third!, 'chain_getBlockHash', before)
  await network.validators[2]!.kill()
  const killed = await numberOf(first!)
  await until('blocks of the others', async () =>
    (await numberOf(first!)) >= killed + 3 ? true : undefined,
  )
  const again = await network.restartValidator(2)
  assert.equal(await rpc(again, 'chain_getBlockHash', before), sealed)
  assert.ok((await final(again)) >= before, 'what was final is final')
  const target = await numberOf(first!)
  await until('finality of what came meanwhile, on both', async () =>
    (await final(again)) >= target && (await final(first!)) >= target ? true : undefined,
  )
  const hash = await rpc(first!, 'chain_getBlockHash', target)
  assert.equal(await rpc(again, 'chain_getBlockHash', target), hash)
})

test('a miner that never answers is replaced, and the file is stored without it', async () => {
  const silent = network.minerProcesses[3]!
  // It still takes connections, as a program that hangs does.
  process.kill(silent.pid, 'SIGSTOP')
  try {
    // Of 13 miners 12 are drawn: most files meet the silent one.
    for (let i = 0; ; i++) {
      const file = makeFile(`silent-${i}`, 1_000_000 + i)
      const { fid } = await user.must('put', file, '--wait', 'stored')
      await comesBack(fid, file)
      const log = readFileSync(network.folders.log('gateway'), 'utf8')
      if (new RegExp(`did not take its column.*${String(fid)}`).test(log)) break
    }
  } finally {
    process.kill(silent.pid, 'SIGCONT')
  }
})

test('garbage on every port costs its sender the connection, and nobody else anything', async () => {
  const ports = [...network.rpcs, network.gateway].map((url) => Number(new URL(url).port))
  const [address] = (await rpc(network.rpc, 'system_localListenAddresses')) as string[]
  ports.push(Number(/\/tcp\/(\d+)/.exec(address!)![1]))
  for (const port of ports) {
    const socket = connect(port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    socket.write(randomBytes(1_000_000))
    socket.resume()
    await closed
  }
  const height = await numberOf(network.rpc)
  await until('the next block', async () =>
    (await numberOf(network.rpc)) > height ? true : undefined,
  )
  const file = makeFile('after', 10_000)
  const { fid } = await user.must('put', file, '--wait', 'stored')
  await comesBack(fid, file)
})
