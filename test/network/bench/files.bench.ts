// A file through a whole network of processes, as `npm start` makes it: up until all fragments are placed, back with 8 of
// 12 miners gone, and what memory that took. `node bench/files.bench.ts [MIB]` prints one JSON line for each measure.
import { createHash, randomFillSync } from 'node:crypto'
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cess } from '@cess/localnet/cess'
import { startNetwork } from '@cess/localnet/network'
import { largest, peakMiB, report } from './support.ts'

const MIB = Number(process.argv[2] ?? 1024)
const MEGABYTES = (MIB * 2 ** 20) / 1e6
const POLL_MS = 100

const folder = mkdtempSync(join(tmpdir(), 'cess-bench-'))
const source = join(folder, 'source')
const back = join(folder, 'back')
const fd = openSync(source, 'w')
const block = Buffer.alloc(2 ** 20)
for (let i = 0; i < MIB; i++) writeSync(fd, randomFillSync(block))
closeSync(fd)
async function digest(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
const seconds = (since: number): number => (performance.now() - since) / 1000
const rate = (since: number): number => Number((MEGABYTES / seconds(since)).toFixed(1))

const network = await startNetwork({
  data: join(folder, 'network'),
  ports: { rpc: 0, p2p: 0, gateway: 0 },
  miners: 12,
  logLevel: 'warn',
  progress: () => undefined,
})
interface Job {
  readonly state: string
}
/** States of the files that the gateway is working on. */
async function jobs(): Promise<readonly Job[]> {
  const answer = (await (await fetch(`${network.gateway}/status`)).json()) as {
    data: { jobs: { list: readonly Job[] } }
  }
  return answer.data.jobs.list
}
const user = cess({ node: network.rpc, gateway: network.gateway, key: '//Dave', home: folder })
const gib = Math.ceil((MIB * 3.1) / 1024) + 1
await user.must('space', 'buy', '--gib', String(gib), '--days', '30', '--territory', 'bench')
await user.must('authorize')

const begun = performance.now()
const put = user.must('put', source, '--territory', 'bench')
let accepted = 0
put.then(
  () => {
    accepted = rate(begun)
  },
  () => undefined,
)
const before = new Set(['declaring', 'declared', 'placing'])
while (accepted === 0 || (await jobs()).some(({ state }) => before.has(state)))
  await Promise.race([
    put.then(() => new Promise((resolve) => setTimeout(resolve, POLL_MS))),
    new Promise((resolve) => setTimeout(resolve, POLL_MS)),
  ])
const placed = rate(begun)
const { fid } = await put
const { validators, minerProcesses } = network
const peaks = {
  validator: largest(validators),
  miners: largest(minerProcesses),
  gateway: peakMiB(network.gatewayProcess()),
}

await Promise.all(minerProcesses.slice(0, 2).map((one) => one.kill()))
await network.restartGateway('deleted')
const asked = performance.now()
await user.must('get', String(fid), '-o', back)
const down = rate(asked)
// Now: afterwards it goes on with the tags of the file.
const downloading = peakMiB(network.gatewayProcess())
if ((await digest(source)) !== (await digest(back))) throw new Error('the file came back changed')

const size = `${MIB} MiB`
report({ name: `upload of ${size}, encrypted and accepted`, value: accepted, unit: 'MB/s' })
report({
  name: `upload of ${size}, all fragments placed`,
  value: placed,
  unit: 'MB/s',
  note: 'from the first byte read until the chain has all receipts of 12 miners in 3 processes; 3 bytes are placed for each',
})
report({
  name: `download of ${size} with 8 of 12 miners gone`,
  value: down,
  unit: 'MB/s',
  note: 'from the miners, nothing cached, decrypted',
})
report({ name: 'peak memory of a validator', value: peaks.validator, unit: 'MiB' })
report({ name: 'peak memory of a process of 4 miners', value: peaks.miners, unit: 'MiB' })
report({ name: 'peak memory of the gateway, uploading', value: peaks.gateway, unit: 'MiB' })
report({
  name: 'peak memory of the gateway, downloading',
  value: downloading,
  unit: 'MiB',
})
await network.stop()
rmSync(folder, { recursive: true, force: true })
