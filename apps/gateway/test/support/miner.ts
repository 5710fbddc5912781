import { type AccountId, type FileId, fromHex, toHex, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import {
  createNetwork,
  type Network,
  peerIdBytes,
  StorageRefusal,
  storageServer,
  type TagsHeader,
} from '@cess/network'
import { noMetrics, silentLogger, systemClock } from '@cess/ports'
import { FRAGMENTS, receiptPayload } from '@cess/primitives'
import { GENESIS, key, type TestChain } from './chain.ts'

/** How a miner of a test behaves; all of it can change while it runs. */
export interface Behaviour {
  /** Waits before it answers an offer, until `release`. */
  hold: boolean
  release(): void
  /** Never answers an offer. */
  silent: boolean
  full: boolean
  refusesTags: boolean
  /** Says that it has nothing. */
  missing: boolean
  /** Flips a byte of what it serves. */
  corrupts: boolean
  /** Signs receipts for another file. */
  forges: boolean
  /** Never answers who wants a fragment. */
  stalls: boolean
  /** Milliseconds before it serves. */
  slowMs: number
}

function behaviourOf(): Behaviour & { released(): Promise<void> } {
  const waiting = new Set<() => void>()
  const behaviour = {
    hold: false,
    silent: false,
    full: false,
    refusesTags: false,
    missing: false,
    corrupts: false,
    forges: false,
    stalls: false,
    slowMs: 0,
    release() {
      behaviour.hold = false
      for (const go of waiting) go()
      waiting.clear()
    },
    released: () =>
      behaviour.hold ? new Promise<void>((resolve) => waiting.add(resolve)) : Promise.resolve(),
  }
  return behaviour
}

export interface TestMiner {
  readonly account: AccountId
  readonly network: Network
  readonly fragments: Map<FileId, Uint8Array>
  readonly tags: Map<FileId, { readonly header: TagsHeader; readonly tags: Uint8Array }>
  readonly behaviour: Behaviour
  /** Offers that are not answered yet. */
  hanging: number
  /** Times that fragments were asked of it, with data sent. */
  served: number
  stop(): Promise<void>
}

/** A miner that keeps everything in memory, with a real libp2p node, registered on the test's chain. */
export async function startMiner(chain: TestChain, n: number): Promise<TestMiner> {
  const pair = key(`//Miner//${n}`)
  const account = toHex(pair.publicKey) as AccountId
  const identity = new Uint8Array(32).fill(n)
  const network = await createNetwork({
    identity,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootnodes: [],
    clock: systemClock,
    logger: silentLogger,
    metrics: noMetrics,
  })
  await network.start()
  const behaviour = behaviourOf()
  const miner: TestMiner = {
    account,
    network,
    fragments: new Map(),
    tags: new Map(),
    behaviour,
    hanging: 0,
    served: 0,
    stop: () => network.stop(),
  }
  const { fragments } = miner

  /** The column that the chain gives us of a file, and its fragment ids. */
  async function duty(fid: FileId) {
    const assignment = await chain.query.FileBank.DealAssignment(fid)
    const deal = await chain.query.FileBank.DealMap(fid)
    const at = assignment?.miners.indexOf(account) ?? -1
    if (!deal || at < 0) throw new StorageRefusal('NotExpected', 'not ours')
    return { index: at + 1, ids: deal.segmentList.map((s) => s.fragmentList[at] as FileId) }
  }
  async function confirmWhenWhole(fragmentId: FileId): Promise<void> {
    for await (const [, { file, index }] of chain.query.FileBank.MinerColumn.entries(account)) {
      const column = await chain.query.FileBank.Column(file, index)
      const ids = column!.ids.toHex().match(/.{64}/g) as unknown as FileId[]
      if (!ids.includes(fragmentId) || column!.tagger !== undefined) continue
      if (!ids.every((id) => miner.tags.has(id))) continue
      const operator = await chain.query.FileBank.Operator(file)
      const tagger = (await chain.query.Audit.TaggerOf(operator!))!
      const files = [{ fileHash: file, index: index + 1 }]
      await chain.submit(pair, chain.tx.FileBank.confirm_tags({ tagger, files }))
    }
  }

  storageServer(network, {
    async offered(_, header) {
      miner.hanging++
      await behaviour.released()
      if (behaviour.silent) await new Promise(() => undefined)
      miner.hanging--
      if (behaviour.full) throw new StorageRefusal('Full', 'no room')
      const { index, ids } = await duty(header.fileId)
      if (index !== header.index || ids[header.segment] !== header.fragmentId)
        throw new StorageRefusal('NotExpected', 'another fragment')
      return fragments.has(header.fragmentId) ? 'have' : 'send'
    },
    async put(_, header, data) {
      if (blake3(data).toHex() !== header.fragmentId)
        throw new StorageRefusal('Corrupt', 'not what it should be')
      fragments.set(header.fragmentId, data)
    },
    async receipt(_, fileId) {
      const { index, ids } = await duty(fileId)
      if (!ids.every((id) => fragments.has(id))) throw new StorageRefusal('NotFound', 'not whole')
      const about = behaviour.forges ? ('00'.repeat(32) as FileId) : fileId
      const payload = receiptPayload(fromHex(GENESIS), about, index, pair.publicKey)
      return { signature: pair.sign(payload), miner: account }
    },
    async tags(_, header, tags) {
      if (behaviour.refusesTags) throw new StorageRefusal('Busy', 'not now')
      if (!fragments.has(header.fragmentId)) throw new StorageRefusal('NotFound', 'not here')
      miner.tags.set(header.fragmentId, { header, tags })
      await confirmWhenWhole(header.fragmentId)
    },
    async get(_, { fragmentId, offset, length }) {
      const held = fragments.get(fragmentId)
      if (!held || behaviour.missing) throw new StorageRefusal('NotFound', 'not here')
      if (behaviour.stalls) await new Promise(() => undefined)
      if (behaviour.slowMs > 0) await systemClock.sleep(behaviour.slowMs)
      miner.served++
      const bytes = held.slice(offset, offset + length)
      if (behaviour.corrupts) bytes[bytes.length >> 1]! ^= 1
      return { bytes, free() {} }
    },
  })

  const beneficiary = account
  const stakingVal = 4_000n * 10n ** 18n
  const peerId = peerIdBytes(network.peerId)
  await chain.submit(
    pair,
    chain.tx.Sminer.regnstk({ beneficiary, peerId, stakingVal, tibCount: 1 }),
  )
  const endpoint = utf8(network.addresses()[0]!)
  await chain.submit(pair, chain.tx.Sminer.set_endpoint({ endpoint }))
  return miner
}

export const startMiners = (chain: TestChain, count = FRAGMENTS): Promise<TestMiner[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => startMiner(chain, i + 1)))
