// Fragments from one process to another over libp2p (tcp, noise, yamux), as a gateway sends them to a miner. The peer is
// the same bytes over a plain TCP connection of the same Node.js: the limit of what a stream can carry here.
// `node bench/streams.bench.ts [FRAGMENTS]` prints JSON lines.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { AccountId, FileId } from '@cess/bytes'
import { noMetrics, silentLogger, systemClock } from '@cess/ports'
import { createNetwork, type FragmentSpace, storageClient, storageServer } from '../src/index.ts'

const FRAGMENT = 8 << 20
const FRAGMENTS = Number(process.argv[2] ?? 128)
const WARM_UP = 16
const STREAMS = 4
const ROUNDS = 3

interface Receiver {
  readonly address: string
  readonly port: number
}

const network = (n: number) =>
  createNetwork({
    identity: new Uint8Array(32).fill(n),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootnodes: [],
    clock: systemClock,
    logger: silentLogger,
    metrics: noMetrics,
  })

/** The other process: takes fragments into memory that it uses again, and whatever comes over TCP. */
async function receive(): Promise<void> {
  const node = await network(2)
  const free: Uint8Array[] = []
  storageServer(node, {
    offered(_, header): Promise<FragmentSpace> {
      const bytes = free.pop() ?? new Uint8Array(header.size)
      return Promise.resolve({ bytes, free: () => free.push(bytes) })
    },
    put: () => Promise.resolve(),
  })
  await node.start()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.resume()
    socket.once('end', () => socket.end('.'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  process.send?.({ address: node.addresses()[0], port })
  await once(process, 'message')
  server.close()
  await node.stop()
  process.disconnect?.()
}

async function told(child: ChildProcess): Promise<Receiver> {
  const [message] = await once(child, 'message')
  return message as Receiver
}

async function send(): Promise<void> {
  const flags = { execArgv: process.execArgv }
  const child = fork(fileURLToPath(import.meta.url), ['receiver'], flags)
  const { address, port } = await told(child)
  const node = await network(1)
  await node.start()
  const peer = await node.dial(address)
  const client = storageClient(node)
  const data = randomFillSync(new Uint8Array(new SharedArrayBuffer(FRAGMENT)))
  const dealer = `0x${'00'.repeat(32)}` as AccountId

  function* fragments(count: number) {
    for (let i = 0; i < count; i++) {
      const fragmentId = randomBytes(32).toString('hex') as FileId
      const ids = { fileId: fragmentId, segment: 0, index: 1, fragmentId }
      yield { header: { ...ids, size: FRAGMENT, dealer }, data }
    }
  }
  const ours = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: STREAMS }, () => client.put(peer, fragments(count / STREAMS))))
  async function plain(count: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.resume()
    const done = once(socket, 'end')
    for (let i = 0; i < count; i++) if (!socket.write(data)) await once(socket, 'drain')
    socket.end()
    await done
  }
  const best = { ours: 0, plain: 0 }
  await ours(WARM_UP)
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, run] of Object.entries({ ours, plain })) {
      const begun = performance.now()
      await run(FRAGMENTS)
      const rate = (FRAGMENT * FRAGMENTS) / 1000 / (performance.now() - begun)
      const key = name as keyof typeof best
      best[key] = Math.max(best[key], Math.round(rate))
    }
  const ratio = Number((best.ours / best.plain).toFixed(2))
  console.log(
    JSON.stringify({
      name: 'fragments from process to process over libp2p',
      value: best.ours,
      unit: 'MB/s',
      peer: 'plain TCP of Node.js',
      peerValue: best.plain,
      ratio,
      note: 'best of three, each process with a core of its own',
    }),
  )
  child.send('end')
  await node.stop()
}

await (process.argv[2] === 'receiver' ? receive() : send())
