import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex } from '@cess/bytes'
import { MemoryStore } from '@cess/ports'
import { forge, grow, growLine, openKit } from './support/chain-kit.ts'

test('finality takes ancestors along and removes other forks', async () => {
  const { chain, events } = await openKit()
  const line = await growLine(chain, 4)
  const fork = await grow(chain, { parent: chain.genesisHash, salt: 1 })
  const twig = await grow(chain, { parent: fork.hash, salt: 1 })
  const late = await grow(chain, { parent: line[2]!, salt: 2 })
  events.length = 0
  await chain.finalize(line[1]!, Uint8Array.of(1, 2, 3))

  assert.deepEqual(chain.info().finalizedHash, line[1])
  assert.deepEqual(chain.justification(line[1]!), Uint8Array.of(1, 2, 3))
  const [event] = events
  assert.ok(event?.type === 'finalized')
  assert.deepEqual(event.path, [line[0], line[1]])
  assert.deepEqual(event.stale, [fork.hash, twig.hash])
  assert.deepEqual([event.retracted, event.enacted], [[], []])
  for (const hash of event.stale) {
    assert.equal(chain.header(hash), undefined)
    assert.equal(chain.body(hash), undefined)
    assert.throws(() => chain.stateAt(hash), { code: 'UNKNOWN_BLOCK' })
  }
  assert.deepEqual(chain.leaves(), [line[3], late.hash])
  assert.equal(chain.hashAt(1), line[0])
  assert.equal(chain.isAncestor(line[0]!, late.hash), true)
  assert.deepEqual(chain.route(chain.genesisHash, line[3]!).enacted, line)
})

test('finality can move the best block to a lighter fork', async () => {
  const { chain, events } = await openKit()
  const heavy = await growLine(chain, 3)
  const [a, b] = await growLine(chain, 2, { parent: chain.genesisHash, salt: 1 })
  assert.equal(chain.info().bestHash, heavy[2])
  const bodies: unknown[] = []
  chain.subscribe((e) => bodies.push(...e.retracted.map((hash) => chain.body(hash)?.length)))
  await chain.finalize(a!)
  assert.equal(chain.info().bestHash, b)
  assert.deepEqual([1, 2, 3].map(chain.hashAt), [a, b, undefined])
  const event = events.at(-1)
  assert.deepEqual(event?.retracted, heavy.toReversed())
  assert.deepEqual(event?.enacted, [a, b])
  assert.deepEqual(bodies, [1, 1, 1], 'listeners can still read what was retracted')
  assert.equal(chain.body(heavy[0]!), undefined)
})

test('nothing is finalized against what is final', async () => {
  const { chain } = await openKit()
  const line = await growLine(chain, 3)
  const fork = await grow(chain, { parent: chain.genesisHash, salt: 1 })
  await chain.finalize(line[1]!)
  await assert.rejects(chain.finalize(fork.hash), { code: 'FINALIZED_FORK' })
  const nowhere = toHex(new Uint8Array(32).fill(9)) as Hash
  await assert.rejects(chain.finalize(nowhere), { code: 'UNKNOWN_BLOCK' })
  assert.equal(chain.info().finalizedHash, line[1])
})

test('finalizing again only adds the justification', async () => {
  const { chain, events } = await openKit()
  const line = await growLine(chain, 3)
  await chain.finalize(line[2]!)
  events.length = 0
  await chain.finalize(line[1]!, Uint8Array.of(4))
  await chain.finalize(line[2]!, Uint8Array.of(5))
  await chain.finalize(line[2]!, Uint8Array.of(6))
  assert.deepEqual(chain.justification(line[1]!), Uint8Array.of(4))
  assert.deepEqual(chain.justification(line[2]!), Uint8Array.of(5))
  assert.deepEqual(events, [])
})

test('blocks on dead forks are refused', async () => {
  const { chain } = await openKit()
  const old = await forge(chain, { salt: 1 })
  const fork = await grow(chain, { salt: 2 })
  const onFork = await forge(chain, { parent: fork.hash, salt: 2 })
  const line = await growLine(chain, 2, { parent: chain.genesisHash, weight: 2 })
  await chain.finalize(line[0]!)
  for (const block of [old, onFork])
    await assert.rejects(chain.importBlock({ ...block, origin: 'network', weight: 100 }), {
      code: 'FINALIZED_FORK',
    })
  assert.equal(chain.info().bestHash, line[1])
})

test('old states are pruned, and asking for one says so', async () => {
  const { chain } = await openKit(new MemoryStore(), 2)
  const line = await growLine(chain, 8)
  await chain.finalize(line[6]!)
  assert.throws(() => chain.stateAt(line[0]!), { code: 'UNKNOWN_STATE' })
  assert.throws(() => chain.call(line[0]!, 'Toy_counter', new Uint8Array()), {
    code: 'UNKNOWN_STATE',
  })
  assert.ok(chain.stateAt(line[6]!))
  assert.ok(chain.stateAt(line[7]!))
  assert.ok(chain.body(line[0]!), 'bodies of final blocks stay')
})
