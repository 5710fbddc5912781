import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BlockData,
  decodeBlockRequest,
  decodeBlockResponse,
  encodeBlockResponse,
  protocolName,
} from '@cess/network'
import { header as headerCodec, headerHash } from '@cess/primitives'
import { bytes, decode, encode } from '@cess/scale'
import { grow, world } from './support/kit.ts'

type Handler = (peer: string, request: Uint8Array) => Promise<Uint8Array>

/** An honest node with 300 blocks, one that answers as told, and one that has to catch up from both. */
async function scene(make: (honest: Handler) => Handler) {
  const w = world()
  const [honest, rogue, fresh] = await Promise.all(
    ['honest', 'rogue', 'fresh'].map((id) => w.add(id)),
  )
  await grow(honest!.chain, 300)
  w.networks.connect('honest', 'rogue')
  await w.until(() => rogue!.chain.info().bestNumber === 300)
  // Alone with the higher block the rogue is the first to be asked.
  await grow(rogue!.chain, 1)
  await w.until(() => honest!.chain.info().bestNumber === 301)
  w.networks.answerWith('rogue', protocolName(honest!.chain.genesisHash, 'sync/2'), make)
  w.networks.connect('rogue', 'fresh')
  w.networks.connect('honest', 'fresh')
  return { w, fresh: fresh!, caughtUp: () => fresh!.chain.info().bestNumber === 301 }
}

const change =
  (edit: (blocks: BlockData[]) => BlockData[]) =>
  (honest: Handler): Handler =>
  async (peer, request) =>
    encodeBlockResponse(edit(decodeBlockResponse(await honest(peer, request))))

const withHeader = (
  block: BlockData,
  edit: (h: ReturnType<typeof read>) => ReturnType<typeof read>,
) => {
  const header = edit(read(block))
  return { ...block, hash: headerHash(header), header: encode(headerCodec, header) }
}
const read = (block: BlockData) => decode(headerCodec, block.header!)

const cases: Record<string, { make: (honest: Handler) => Handler; banned?: boolean }> = {
  'garbage instead of blocks': { make: () => async () => new Uint8Array(100).fill(0xff) },
  'a response over the limit': { make: () => async () => new Uint8Array((16 << 20) + 1) },
  'more blocks than were asked for': {
    make: change((blocks) => (blocks.length > 1 ? [...blocks, ...blocks].slice(0, 128) : blocks)),
  },
  'blocks without headers': {
    make: change((blocks) => blocks.map(({ hash, body = [] }) => ({ hash, body }))),
  },
  'a header under another hash': {
    make: change((blocks) =>
      blocks.map((b) => ({ ...b, hash: headerHash({ ...read(b), number: 7 }) })),
    ),
  },
  'blocks that are not linked': { make: change((blocks) => [...blocks].reverse()) },
  'extrinsics that do not decode': {
    make: change((blocks) => blocks.map((b) => ({ ...b, body: [Uint8Array.of(40, 1)] }))),
  },
  'bodies of other blocks': {
    make: change((blocks) =>
      blocks.map((b) => ({ ...b, body: [encode(bytes, Uint8Array.of(1, 2))] })),
    ),
    banned: true,
  },
  'blocks with a wrong state root': {
    make: change((blocks) => {
      let parent: BlockData | undefined
      return blocks.map((block) => {
        const before = parent
        const edited = withHeader(block, (h) => ({
          ...h,
          stateRoot: `0x${'77'.repeat(32)}` as typeof h.stateRoot,
          ...(before && { parentHash: before.hash }),
        }))
        parent = edited
        return edited
      })
    }),
  },
  'nothing at all, again and again': { make: () => async () => new Uint8Array() },
  refusals: {
    make: () => async () => {
      throw new Error('no')
    },
  },
}

for (const [name, { make, banned }] of Object.entries(cases))
  test(`${name}: it costs the sender and does not stop the sync`, async () => {
    const { w, caughtUp } = await scene(make)
    await w.until(caughtUp)
    assert.ok(caughtUp())
    assert.ok(w.costs('fresh', 'rogue') < 0, 'it was free')
    assert.equal(w.costs('fresh', 'honest'), 0)
    if (banned) assert.equal(w.networks.isConnected('fresh', 'rogue'), false)
    await w.stop()
  })

test('a peer that stalls is replaced long before its time is up', async () => {
  const { w, caughtUp } = await scene(() => () => new Promise(() => undefined))
  const begin = w.clock.now()
  await w.until(caughtUp)
  assert.ok(caughtUp())
  assert.ok(w.clock.now() - begin < 30_000)
  await w.clock.advance(25_000)
  assert.ok(w.costs('fresh', 'rogue') <= -1024)
  await w.stop()
})

test('a peer that stalls after the first ranges does not hold up the others', async () => {
  let answers = 0
  const { w, caughtUp } = await scene((honest) => (peer, request) => {
    const { max } = decodeBlockRequest(request)
    if (max > 1 && answers++ >= 1) return new Promise(() => undefined)
    return honest(peer, request)
  })
  await w.until(caughtUp)
  assert.ok(caughtUp())
  await w.stop()
})

test('a claim of a block far ahead by one of three does not stop authoring', async () => {
  const w = world()
  const node = await w.add('node')
  await w.add('a')
  await w.add('b')
  await grow((await w.add('liar')).chain, 100)
  w.networks.answerWith(
    'liar',
    protocolName(node.chain.genesisHash, 'sync/2'),
    () => async () => new Uint8Array(),
  )
  for (const peer of ['a', 'b', 'liar']) w.networks.connect('node', peer)
  assert.equal(node.sync.isSyncing(), false)
  await w.clock.advance(60_000)
  assert.ok(w.costs('node', 'liar') <= -3072)
  await w.stop()
})

test('a chain that contradicts what is final is left alone', async () => {
  const w = world()
  const a = await w.add('a')
  const b = await w.add('b')
  const [first] = await grow(a.chain, 80, { weight: 0, salt: 1 })
  await a.chain.finalize(first!)
  await grow(b.chain, 200, { weight: 1, salt: 2 })
  const best = a.chain.info().bestHash
  w.networks.connect('a', 'b')
  await w.clock.advance(30_000)
  assert.equal(a.chain.info().bestHash, best)
  assert.equal(w.networks.isConnected('a', 'b'), false)
  await w.stop()
})
