// Transfers that one node authors and another one imports, both processes of their own, over a minute.
// `node bench/transfers.bench.ts [SECONDS]` prints one JSON line for each measure.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AccountId, type Hash, toHex, u32le } from '@cess/bytes'
import {
  blake2b256,
  type KeyPair,
  keyFromUri,
  sr25519FromSeed,
  sr25519VerifyMany,
} from '@cess/crypto'
import { PROGRAMS } from '@cess/localnet/layout'
import { type NetworkProcess, NODE_FLAGS, startProcess } from '@cess/localnet/process'
import { bytes, encode } from '@cess/scale'
import { accountOf, signCall, tx } from '@cess/sdk'
import { peakMiB, report } from './support.ts'

const SECONDS = Number(process.argv[2] ?? 60)
/** More than a chain with 2-second slots can take. */
const SIGNED_PER_SECOND = 1_500
const ACCOUNTS = 500
const BATCH = 100
/** Requests that are under way at a time. */
const WINDOW = 400
const TOKEN = 10n ** 18n

const folder = mkdtempSync(join(tmpdir(), 'cess-bench-'))
function startNode(name: string, ...args: string[]): NetworkProcess {
  return startProcess({
    name,
    main: PROGRAMS.node,
    flags: NODE_FLAGS,
    args: [
      ...args,
      ...['--base-path', join(folder, name), '--rpc-port', '0', '--ready-json'],
      ...['--listen-addr', '/ip4/127.0.0.1/tcp/0', '--log-level', 'warn'],
    ],
    logFile: join(folder, `${name}.log`),
    readyMs: 60_000,
  })
}
interface Ready {
  readonly rpc: string
  readonly addresses: readonly string[]
}
type Call = (method: string, ...params: unknown[]) => Promise<unknown>

/** JSON-RPC over one WebSocket. Rejects with what the node says. */
async function connect(url: string): Promise<Call> {
  const socket = new WebSocket(url)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as {
      id: number
      result?: unknown
      error?: { message: string }
    }
    const call = waiting.get(id)
    waiting.delete(id)
    if (error) call?.reject(new Error(error.message))
    else call?.resolve(result)
  })
  let next = 0
  return (method, ...params) => {
    const done = Promise.withResolvers<unknown>()
    waiting.set(++next, done)
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: next, method, params }))
    return done.promise
  }
}

const author = startNode('author', '--dev')
const first = (await author.ready) as unknown as Ready
const importer = startNode('importer', '--chain', 'dev', '--bootnodes', first.addresses[0]!)
const second = (await importer.ready) as unknown as Ready
const [toAuthor, toImporter] = await Promise.all([connect(first.rpc), connect(second.rpc)])

const genesisHash = (await toAuthor('chain_getBlockHash', 0)) as Hash
const { specVersion, transactionVersion } = (await toAuthor('state_getRuntimeVersion')) as {
  specVersion: number
  transactionVersion: number
}
const context = { genesisHash, specVersion, transactionVersion }
const birth = { hash: genesisHash, number: 0 }
type RuntimeCall = Parameters<typeof signCall>[1]
const sign = (pair: KeyPair, call: RuntimeCall, nonce: number): string =>
  toHex(encode(bytes, signCall(pair, call, { ...context, birth, nonce })))
const transfer = (to: AccountId, value: bigint): RuntimeCall =>
  tx.Balances.transfer_keep_alive({ dest: { type: 'Id', value: to }, value })

const pairs = Array.from({ length: ACCOUNTS }, (_, i) => sr25519FromSeed(blake2b256(u32le(i))))
const accounts = pairs.map(accountOf)
const alice = keyFromUri('//Alice')
for (let i = 0; i < ACCOUNTS / BATCH; i++) {
  const calls = accounts.slice(i * BATCH, (i + 1) * BATCH).map((to) => transfer(to, 1_000n * TOKEN))
  await toAuthor('author_submitExtrinsic', sign(alice, tx.Utility.batch_all({ calls }), i))
}
const signed: string[] = []
for (let nonce = 0; signed.length < SECONDS * SIGNED_PER_SECOND; nonce++)
  for (const [i, pair] of pairs.entries())
    signed.push(sign(pair, transfer(accounts[(i + 1) % ACCOUNTS]!, TOKEN / 1_000n), nonce))

const height = async (call: Call): Promise<number> =>
  Number(((await call('chain_getHeader')) as { number: string }).number)
/** Transactions in a block, without inherents. */
async function transactions(number: number): Promise<number> {
  const hash = await toImporter('chain_getBlockHash', number)
  const { block } = (await toImporter('chain_getBlock', hash)) as {
    block: { extrinsics: unknown[] }
  }
  return block.extrinsics.length - 1
}

const before = await height(toImporter)
const begun = performance.now()
const elapsed = (): number => (performance.now() - begun) / 1000
let next = 0
async function send(): Promise<void> {
  while (next < signed.length && elapsed() < SECONDS) {
    const one = signed[next++]!
    // A full pool says so at once: the same transaction comes again, or those behind it would wait for it.
    while (elapsed() < SECONDS)
      try {
        await toAuthor('author_submitExtrinsic', one)
        break
      } catch (error) {
        if (!/Immediately Dropped|limit/i.test(String(error))) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
  }
}
await Promise.all(Array.from({ length: WINDOW }, send))
const seconds = elapsed()
const [authored, imported] = await Promise.all([height(toAuthor), height(toImporter)])
let count = 0
let fullest = 0
for (let number = before + 1; number <= imported; number++) {
  const inBlock = await transactions(number)
  count += inBlock
  fullest = Math.max(fullest, inBlock)
}

// The limit that signatures set: each node verifies each of them once, and both share this machine.
const sample = pairs.flatMap((pair) => {
  const message = u32le(1)
  return [{ signature: pair.sign(message), message, publicKey: pair.publicKey }]
})
sr25519VerifyMany(sample)
const started = performance.now()
sr25519VerifyMany(sample)
const verified = (1000 * sample.length) / (performance.now() - started)

report({
  name: 'transfers authored by one node and imported by another',
  value: Math.round(count / seconds),
  unit: '1/s',
  peer: 'signatures that one core verifies',
  peerValue: Math.round(verified),
  note: `for ${Math.round(seconds)} s; the fullest block had ${fullest}, its limit is the block's weight`,
})
report({ name: 'blocks that the importer was behind', value: authored - imported, unit: 'blocks' })
report({ name: 'peak memory of the author', value: peakMiB(author), unit: 'MiB' })
report({ name: 'peak memory of the importer', value: peakMiB(importer), unit: 'MiB' })
await Promise.all([author.stop(), importer.stop()])
rmSync(folder, { recursive: true, force: true })
process.exit()
