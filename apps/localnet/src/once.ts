import { rmSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountId } from '@cess/bytes'
import { fromHex } from '@cess/bytes'
import { keyFromUri, ss58Encode } from '@cess/crypto'
import { systemClock } from '@cess/ports'
import { accountOf, type ChainClient, connectChain } from '@cess/sdk'
import { cess } from './cess.ts'
import { MINERS_PER_PROCESS } from './layout.ts'
import { type LocalNetwork, type NetworkOptions, startNetwork } from './network.ts'
import { rightsAndSharing, storeImage } from './once-rights.ts'
import { createSteps } from './steps.ts'
import { mustFail, type Story, sameBytes, until } from './story.ts'

const USER = '//Dave'
const STRANGER = '//Eve'
const GIB = 2 ** 30
/** What audits may take, in milliseconds: two rounds and the time to answer. */
const AUDIT_MS = 5 * 60_000

const minerKey = (n: number): AccountId => accountOf(keyFromUri(`//Miner//${n}`))
const address = (account: AccountId): string => ss58Encode(fromHex(account))

interface MinerStatus {
  readonly account: string
  readonly tagged: boolean
  readonly audit: { readonly block: number; readonly result: string; readonly rows: number } | null
}

/** Space, permission, upload, and both proofs by all 12 miners. Returns the file's id. */
async function storeAndProve({ file, user, steps }: Story): Promise<string> {
  const bytes = statSync(file).size
  // 12 fragments of a quarter each, and the rounding of the smallest.
  const gib = Math.max(1, Math.ceil((bytes * 3.1 + 1024 * 1024) / GIB))
  await steps.step(
    `Buy ${gib} GiB of space for 30 days`,
    () => user.must('space', 'buy', '--gib', String(gib), '--days', '30', '--territory', 'default'),
    (r) => `in block ${r['block']}`,
  )
  await steps.step('Let the gateway act for the account', () => user.must('authorize'))
  const put = await steps.step(
    `Encrypt and upload ${(bytes / 1e6).toFixed(1)} MB, until it is stored and final`,
    () => user.must('put', file, '--territory', 'default', '--wait', 'stored'),
    (r) => `file ${String(r['fid']).slice(0, 16)}…`,
  )
  const fid = String(put['fid'])
  await steps.step(
    'All 12 miners pass an audit of data and tags that the chain verified',
    () =>
      until('Audits by all miners', AUDIT_MS, async () => {
        const status = await user.must('status', fid)
        const miners = status['miners'] as readonly MinerStatus[]
        const passed = miners.every((m) => m.audit?.result === 'Passed' && m.audit.rows > 0)
        return status['state'] === 'proven' && passed ? miners : undefined
      }),
    (miners) => `blocks ${Math.min(...blocks(miners))} to ${Math.max(...blocks(miners))}`,
  )
  return fid
}

const blocks = (miners: readonly MinerStatus[]): number[] => miners.map((m) => m.audit!.block)

/** Two of the three miner processes stop; the file comes back from the miners of the third. */
async function loseAndRestore(story: Story, fid: string): Promise<void> {
  const { network, steps, user, stranger, out, file } = story
  await steps.step(`Stop ${2 * MINERS_PER_PROCESS} of the 12 miners`, () =>
    Promise.all([network.minerProcesses[0]!.kill(), network.minerProcesses[1]!.kill()]),
  )
  // Without the gateway's copy the bytes can only come from miners.
  await steps.step('Empty the gateway’s cache and start it again', () =>
    network.restartGateway('deleted'),
  )
  await steps.step('Download it from the 4 that are left', () =>
    user.must('get', fid, '-o', join(out, 'back')),
  )
  await steps.step(
    'Compare it byte for byte',
    async () => {
      const sha256 = await sameBytes(file, join(out, 'back'))
      rmSync(join(out, 'back'))
      return sha256
    },
    (sha256) => `sha256 ${sha256.slice(0, 16)}…`,
  )
  await steps.step(
    'Another key cannot read it',
    () => mustFail(stranger, 'WRONG_KEY', 'get', fid, '-o', join(out, 'stolen')),
    (said) => said,
  )
}

/** A miner that runs but has deleted its data is found out and pays. */
async function catchCheater({ network, chain, steps }: Story): Promise<void> {
  const cheater = 2 * MINERS_PER_PROCESS + 1
  const account = minerKey(cheater)
  const before = (await (await chain.finalized()).query.Sminer.MinerItems(account))!.collaterals
  const since = (await chain.finalizedHead()).number
  await steps.step(`Miner ${cheater} deletes its data and goes on as if nothing were`, () =>
    rm(join(network.folders.miners(2), String(cheater), 'fragments'), { recursive: true }),
  )
  await steps.step(
    'The next audit catches it, and it pays from its collateral',
    () =>
      until('The penalty', AUDIT_MS, async () => {
        const { query } = await chain.finalized()
        const [audit, miner] = await Promise.all([
          query.Audit.LastAudit(account),
          query.Sminer.MinerItems(account),
        ])
        if (!audit || !miner || audit.block <= since || audit.result === 'Passed') return undefined
        if (miner.collaterals >= before) return undefined
        return { audit, paid: before - miner.collaterals }
      }),
    ({ audit, paid }) =>
      `${address(account)} ${audit.result.toLowerCase()} in block ${audit.block}, ${paid / 10n ** 18n} TCESS`,
  )
}

/** The whole life of a file, and of rights, on a network made for it. Throws at the first step that does not hold. */
export async function runOnce(file: string, options: Omit<NetworkOptions, 'data'>): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'cess-once-'))
  const steps = createSteps((line) => process.stdout.write(`${line}\n`), systemClock.now)
  let network: LocalNetwork | undefined
  let chain: ChainClient | undefined
  try {
    network = await steps.step('Start 3 validators, 12 miners and a gateway', () =>
      startNetwork({ ...options, data }),
    )
    chain = await connectChain({ endpoints: [network.rpc], clock: systemClock })
    const common = { node: network.rpc, gateway: network.gateway, home: data }
    const user = cess({ ...common, key: USER })
    const stranger = cess({ ...common, key: STRANGER })
    const story: Story = { file, network, chain, user, stranger, out: data, steps }
    const fid = await storeAndProve(story)
    const image = await storeImage(story)
    await loseAndRestore(story, fid)
    await catchCheater(story)
    await rightsAndSharing(story, { file: fid, image })
  } finally {
    chain?.close()
    await network?.stop()
    if (steps.failed) process.stderr.write(`The logs are in ${join(data, 'logs')}.\n`)
    else await rm(data, { recursive: true, force: true })
  }
}
