import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat } from '@cess/bytes'
import {
  BLOCK_FIELDS,
  type BlockRequest,
  decodeBlockResponse,
  encodeBlockRequest,
  protocolName,
} from '@cess/network'
import { header as headerCodec, headerHash } from '@cess/primitives'
import { bytes, decode } from '@cess/scale'
import { grow, type Node, world } from './support/kit.ts'

const ALL = BLOCK_FIELDS.header | BLOCK_FIELDS.body | BLOCK_FIELDS.justification

async function scene() {
  const w = world()
  const node = await w.add('node')
  const asker = w.networks.create('asker')
  w.networks.connect('node', 'asker')
  const raw = async (request: Uint8Array) => {
    const options = { maxResponse: 16 << 20, timeoutMs: 9_000 }
    const protocol = protocolName(node.chain.genesisHash, 'sync/2')
    const answer = asker.request('node', protocol, request, options).then(
      (response) => ({ response }),
      (error: unknown) => ({ error: error as { code: string } }),
    )
    await w.clock.advance(200)
    return answer
  }
  const ask = async (request: BlockRequest) => {
    const answer = await raw(encodeBlockRequest(request))
    return 'response' in answer ? decodeBlockResponse(answer.response) : answer.error.code
  }
  const numbers = async (request: BlockRequest) => {
    const blocks = await ask(request)
    if (typeof blocks === 'string') return blocks
    return blocks.map((b) => decode(headerCodec, b.header!).number)
  }
  return { w, node, raw, ask, numbers }
}
const hashAt = (node: Node, number: number) => node.chain.hashAt(number)!

test('up and down, by number and by hash', async () => {
  const { w, node, numbers } = await scene()
  await grow(node.chain, 6)
  const base = { fields: BLOCK_FIELDS.header, max: 3 } as const
  const of = (from: BlockRequest['from'], direction: BlockRequest['direction']) =>
    numbers({ ...base, from, direction })
  assert.deepEqual(await of(2, 'ascending'), [2, 3, 4])
  assert.deepEqual(await of(5, 'ascending'), [5, 6])
  assert.deepEqual(await of(hashAt(node, 2), 'ascending'), [2, 3, 4])
  assert.deepEqual(await of(4, 'descending'), [4, 3, 2])
  assert.deepEqual(await of(hashAt(node, 1), 'descending'), [1, 0])
  assert.deepEqual(await of(9, 'ascending'), [])
  const [side] = await grow(node.chain, 1, { parent: hashAt(node, 3), weight: 0, salt: 5 })
  // The best chain goes on from another block 4.
  assert.deepEqual(await of(side!, 'ascending'), [4])
  assert.deepEqual(await of(side!, 'descending'), [4, 3, 2])
  await w.stop()
})

test('only the fields asked for, bodies with their lengths, proofs with their engine', async () => {
  const { w, node, ask } = await scene()
  const [hash] = await grow(node.chain, 1)
  await node.chain.finalize(hash!, Uint8Array.of(1, 2, 3))
  const one = { from: hash!, direction: 'ascending', max: 1 } as const
  const [full] = (await ask({ ...one, fields: ALL })) as Extract<
    Awaited<ReturnType<typeof ask>>,
    unknown[]
  >
  assert.equal(headerHash(decode(headerCodec, full!.header!)), hash)
  assert.deepEqual(
    full!.body!.map((extrinsic) => decode(bytes, extrinsic)),
    node.chain.body(hash!),
  )
  assert.equal(full!.justifications!.toHex(), '0446524e4b0c010203')
  assert.deepEqual(await ask({ ...one, fields: BLOCK_FIELDS.justification }), [
    { hash, body: [], justifications: full!.justifications! },
  ])
  await w.stop()
})

test('at most 128 blocks and 8 MiB', async () => {
  const { w, node, numbers } = await scene()
  await grow(node.chain, 140)
  const request = { fields: ALL, from: 1, direction: 'ascending', max: 0 } as const
  assert.equal((await numbers(request)).length, 128)
  assert.equal((await numbers({ ...request, max: 1000 })).length, 128)
  const big = (n: number) => concat(Uint8Array.of(1, n), new Uint8Array(3 << 20))
  for (let n = 0; n < 4; n++) await grow(node.chain, 1, { transactions: [big(n)] })
  assert.deepEqual(await numbers({ ...request, from: 141 }), [141, 142])
  await w.stop()
})

test('garbage and the same request again and again cost, and are refused', async () => {
  const { w, node, raw, numbers } = await scene()
  await grow(node.chain, 2)
  assert.ok('error' in (await raw(Uint8Array.of(1, 2, 3))))
  assert.equal(w.costs('node', 'asker'), -4096)
  const request = { fields: ALL, from: 1, direction: 'ascending', max: 1 } as const
  for (let i = 0; i < 4; i++) assert.deepEqual(await numbers(request), [1])
  assert.equal(await numbers(request), 'REFUSED')
  assert.equal(w.costs('node', 'asker'), -8192)
  await w.clock.advance(60_000)
  assert.deepEqual(await numbers(request), [1])
  await w.stop()
})
