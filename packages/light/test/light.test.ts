import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex, utf8 } from '@cess/bytes'
import { ed25519FromSeed } from '@cess/crypto'
import fc from 'fast-check'
import { type ChainProof, collectChainProof, LightError, verifyChainProof } from '../src/index.ts'
import {
  ABSENT,
  justify,
  KEY,
  SETS,
  sourceOf,
  type TestChain,
  testChain,
  wireOf,
} from './support/chain.ts'

const chain = testChain()
const genesis = chain[0]!.hash
const KEYS = [KEY, ABSENT]
const good = await collectChainProof(sourceOf(chain), KEYS)
const refused = (proof: unknown, code: string, keys = KEYS, hash: string = genesis): void =>
  assert.throws(
    () => verifyChainProof(hash, proof as ChainProof, keys),
    (error: unknown) =>
      error instanceof LightError && error.code === code && error.message.length > 40,
    code,
  )
/** A proof of the last block with some handoffs, whatever those are. */
const proofOf = (blocks: TestChain, more: Partial<ChainProof> = {}): ChainProof => ({
  ...good,
  header: wireOf(blocks[10]!),
  justification: justify(blocks[10]!, 2),
  storage: blocks[10]!.state.proof(KEYS),
  ...more,
})

test('what a key holds, and that one holds nothing, is proven through changes of who finalizes', () => {
  const { number, hash, setId, values } = verifyChainProof(genesis, good, KEYS)
  assert.deepEqual([number, hash, setId], [10, chain[10]!.hash, 2n])
  assert.deepEqual(values.get(toHex(KEY)), utf8('a work'))
  assert.equal(values.get(toHex(ABSENT)), undefined)
  assert.ok(values.has(toHex(ABSENT)))
  // It is plain JSON.
  verifyChainProof(genesis, JSON.parse(JSON.stringify(good)) as ChainProof, KEYS)
})

test('a proof of any final block is collected, also of one that changes who finalizes', async () => {
  for (const at of [2, 4, 5, 7, 8]) {
    const proof = await collectChainProof(sourceOf(chain, at), KEYS)
    const { number, values } = verifyChainProof(genesis, proof, KEYS)
    assert.equal(number, at)
    assert.deepEqual(values.get(toHex(KEY)), utf8('before'))
    assert.equal(proof.handoffs.length, Number(at > 4) + Number(at > 7))
  }
})

test('a node that has pruned its old states proves as much', async () => {
  const proof = await collectChainProof(sourceOf(chain, 10, { pruned: true }), KEYS)
  assert.deepEqual(proof, good)
})

test('a chain of another genesis, or made up from the beginning, is refused', async () => {
  const other = testChain('a work', { name: 'other' })
  refused(good, 'WRONG_NETWORK', KEYS, other[0]!.hash)
  refused(await collectChainProof(sourceOf(other), KEYS), 'WRONG_NETWORK')
  refused({ ...good, genesis: wireOf(chain[1]!) }, 'WRONG_NETWORK', KEYS, chain[1]!.hash)
})

test('votes that are too few, of others, or for something else are refused', () => {
  const last = chain[10]!
  const strangers = [1, 2, 3, 4].map((n) => ed25519FromSeed(new Uint8Array(32).fill(90 + n)))
  const forged = testChain('another work')
  for (const justification of [
    justify(last, 2, SETS[2].slice(0, 2)),
    justify(last, 2, [SETS[2][0]!, SETS[2][0]!, SETS[2][0]!]),
    justify(last, 2, strangers),
    justify(last, 1),
    justify(last, 2, SETS[2], 1n),
    justify(chain[9]!, 2),
    justify(forged[10]!, 2),
    '0x',
    '0x00',
  ])
    refused({ ...good, justification }, 'NOT_PROVEN')
  // A forged block with the votes for the real one, and the other way round.
  refused(proofOf(forged, { justification: good.justification }), 'NOT_PROVEN')
  refused({ ...good, header: wireOf(forged[10]!) }, 'NOT_PROVEN')
  verifyChainProof(genesis, proofOf(chain), KEYS)
})

test('handoffs that are missing, repeated, in another order, or say nothing are refused', () => {
  const [one, two] = good.handoffs
  for (const handoffs of [[], [one], [two], [two, one], [one, one, two], [one, two, two]])
    refused({ ...good, handoffs }, 'NOT_PROVEN')
  const idle = { header: wireOf(chain[5]!), justification: justify(chain[5]!, 1) }
  refused({ ...good, handoffs: [one, idle, two] }, 'NOT_PROVEN')
  // Validators of the first set hand over to friends of theirs, after they have handed over already.
  const late = testChain('late', { name: 'late' })
  const again = { header: wireOf(late[7]!), justification: justify(late[7]!, 0) }
  refused({ ...good, handoffs: [one, again] }, 'NOT_PROVEN')
  const delayed = testChain('a work', { delay: 1 })
  const waits = { header: wireOf(delayed[4]!), justification: justify(delayed[4]!, 0) }
  refused({ ...good, handoffs: [waits, two] }, 'NOT_PROVEN')
})

test('state that is altered, cut, of another block, or about other keys is refused', () => {
  const [first, ...rest] = good.storage
  const altered = `${first!.slice(0, -2)}${first!.endsWith('00') ? '01' : '00'}`
  for (const storage of [
    rest,
    [altered, ...rest],
    [...good.storage, first!],
    chain[9]!.state.proof(KEYS),
    [],
  ])
    refused({ ...good, storage }, 'NOT_PROVEN')
  refused({ ...good, authorities: chain[5]!.state.proof([KEY]) }, 'NOT_PROVEN')
  refused({ ...good, authorities: [] }, 'NOT_PROVEN')
  // A key that the proof does not speak of is not shown to be absent.
  const only = chain[10]!.state.proof([KEY])
  refused({ ...good, storage: only }, 'NOT_PROVEN', [KEY, utf8('filler 7')])
})

test('what is no proof, or too large for one, is refused before anything is worked out', () => {
  for (const input of [
    null,
    1,
    'x',
    [],
    {},
    { ...good, header: 'abc' },
    { ...good, header: '0xabc' },
    { ...good, storage: 'x' },
    { ...good, handoffs: [null] },
    { ...good, storage: [1] },
  ])
    refused(input, 'MALFORMED')
  refused({ ...good, storage: Array.from({ length: 5_000 }, () => '0x00') }, 'TOO_LARGE')
  refused({ ...good, handoffs: Array.from({ length: 5_000 }, () => good.handoffs[0]) }, 'TOO_LARGE')
  refused({ ...good, header: `0x${'00'.repeat(9 << 20)}` }, 'TOO_LARGE')
})

test('no single byte of a proof can be changed', () => {
  const before = JSON.stringify(verifyChainProof(genesis, good, KEYS).hash)
  const places: ((edit: (hex: string) => string) => ChainProof)[] = [
    (edit) => ({ ...good, genesis: edit(good.genesis) }),
    (edit) => ({ ...good, header: edit(good.header) }),
    (edit) => ({ ...good, justification: edit(good.justification) }),
    (edit) => ({
      ...good,
      authorities: good.authorities.map((node, i) => (i === 0 ? edit(node) : node)),
    }),
    (edit) => ({ ...good, storage: good.storage.map((node, i) => (i === 1 ? edit(node) : node)) }),
    (edit) => ({
      ...good,
      handoffs: good.handoffs.map((one, i) =>
        i === 0 ? { ...one, header: edit(one.header) } : one,
      ),
    }),
    (edit) => ({
      ...good,
      handoffs: good.handoffs.map((one, i) =>
        i === 1 ? { ...one, justification: edit(one.justification) } : one,
      ),
    }),
  ]
  fc.assert(
    fc.property(
      fc.nat({ max: places.length - 1 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (place, at, flip) => {
        const edited = places[place]!((hex) => {
          const raw = Uint8Array.fromHex(hex.slice(2))
          raw[at % raw.length]! ^= flip
          return toHex(raw)
        })
        assert.throws(() => verifyChainProof(genesis, edited, KEYS), LightError, before)
      },
    ),
    { numRuns: 300 },
  )
})

test('a node that cannot give what is needed is told from one that lies', async () => {
  const source = sourceOf(chain)
  const without = (method: string, answer: unknown) => ({
    ...source,
    request: async (asked: string, params: unknown[]) =>
      asked === method ? answer : source.request(asked, params),
  })
  for (const method of ['chain_getHeader', 'grandpa_proveFinality', 'chain_getBlockHash'])
    await assert.rejects(collectChainProof(without(method, null), KEYS), { code: 'UNAVAILABLE' })
  const lies = without('state_getReadProof', { proof: chain[3]!.state.proof(KEYS) })
  await assert.rejects(collectChainProof(lies, KEYS), { code: 'NOT_PROVEN' })
})
