import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, ZERO_HASH } from '@cess/bytes'
import { headerHash } from '@cess/primitives'
import { counter, forge, grow, growLine, openKit } from './support/chain-kit.ts'
import { account, KIND, transfer } from './support/toy-runtime.ts'

const alice = account(1)

test('a new chain begins and is final at its genesis', async () => {
  const { chain } = await openKit()
  const { genesisHash } = chain
  assert.deepEqual(chain.info(), {
    genesisHash,
    bestHash: genesisHash,
    bestNumber: 0,
    finalizedHash: genesisHash,
    finalizedNumber: 0,
  })
  const header = chain.header(genesisHash)!
  assert.equal(headerHash(header), genesisHash)
  assert.equal(header.parentHash, ZERO_HASH)
  assert.deepEqual(chain.body(genesisHash), [])
  assert.deepEqual(chain.leaves(), [genesisHash])
  assert.equal(chain.stateAt(genesisHash).root, header.stateRoot)
})

test('blocks follow each other and keep header, body, number and state', async () => {
  const { chain, events } = await openKit()
  const first = await grow(chain, { transactions: [transfer({ account: alice, nonce: 0 })] })
  const second = await grow(chain, { transactions: [transfer({ account: alice, nonce: 1 })] })

  assert.deepEqual(chain.info().bestHash, second.hash)
  assert.equal(chain.info().bestNumber, 2)
  assert.equal(chain.hashAt(1), first.hash)
  assert.equal(chain.hashAt(2), second.hash)
  assert.equal(chain.hashAt(3), undefined)
  assert.deepEqual(chain.header(first.hash), first.header)
  assert.deepEqual(
    chain.body(first.hash)?.map((xt) => xt.toHex()),
    first.body.map((xt) => xt.toHex()),
  )
  assert.equal(counter(chain, first.hash), 1)
  assert.equal(counter(chain, second.hash), 2)
  assert.deepEqual(chain.leaves(), [second.hash])
  assert.deepEqual(
    events.map((e) => e.type === 'imported' && [e.hash, e.best, e.retracted, e.enacted]),
    [
      [first.hash, true, [], [first.hash]],
      [second.hash, true, [], [second.hash]],
    ],
  )
})

test('a block that we built is not executed again', async () => {
  const { chain, host } = await openKit()
  await grow(chain, { origin: 'own' })
  assert.equal(host.calls.get('Core_execute_block'), undefined)
  await grow(chain)
  assert.equal(host.calls.get('Core_execute_block'), 1)
})

test('an import prepares signatures first, for a block on this parent', async () => {
  const { chain, host } = await openKit()
  const { body } = await grow(chain, { transactions: [transfer({ account: alice, nonce: 0 })] })
  assert.deepEqual(host.prepared, [body])
  assert.deepEqual(host.preparedOn, [chain.genesisHash])
})

test('a block imported twice is known, and may bring its justification late', async () => {
  const { chain, events } = await openKit()
  const { header, body, hash } = await grow(chain)
  const again = { origin: 'network', header, body, weight: 1 } as const
  assert.deepEqual(await chain.importBlock(again), { hash, status: 'known', best: true })
  assert.equal(chain.justification(hash), undefined)
  await chain.importBlock({ ...again, justification: Uint8Array.of(7) })
  assert.deepEqual(chain.justification(hash), Uint8Array.of(7))
  assert.equal(events.length, 1)
})

test('simultaneous imports wait for each other in order', async () => {
  const { chain: source } = await openKit()
  await growLine(source, 5)
  const { chain, events } = await openKit()
  const imports = [1, 2, 3, 4, 5].map((n) => {
    const hash = source.hashAt(n)!
    return chain.importBlock({
      origin: 'sync',
      header: source.header(hash)!,
      body: source.body(hash)!,
      weight: 1,
    })
  })
  await Promise.all(imports)
  assert.deepEqual(
    events.map((e) => e.hash),
    [1, 2, 3, 4, 5].map((n) => source.hashAt(n)),
  )
})

test('what a runtime call changes is dropped', async () => {
  const { chain } = await openKit()
  const root = chain.stateAt(chain.genesisHash).root
  counter(chain)
  assert.equal(chain.stateAt(chain.genesisHash).root, root)
  assert.throws(() => chain.call(chain.genesisHash, 'Toy_nothing', new Uint8Array()), {
    name: 'RuntimeTrap',
  })
  assert.throws(() => counter(chain, `0x${'11'.repeat(32)}` as Hash), { code: 'UNKNOWN_BLOCK' })
})

test('auxiliary records live beside blocks and with them', async () => {
  const { chain } = await openKit()
  const key = Uint8Array.of(1, 2)
  await chain.aux.batch([{ type: 'put', key, value: Uint8Array.of(9) }])
  assert.deepEqual(chain.aux.get(key), Uint8Array.of(9))
  const { header, body } = await forge(chain)
  const aux = [{ type: 'put', key, value: Uint8Array.of(10) }] as const
  await chain.importBlock({ origin: 'own', header, body, weight: 1, aux })
  assert.deepEqual(chain.aux.get(key), Uint8Array.of(10))
  const bad = await forge(chain, { salt: 1 })
  const lost = [{ type: 'del', key }] as const
  await assert.rejects(chain.importBlock({ ...bad, body: [], origin: 'own', weight: 1, aux: lost }))
  assert.deepEqual(chain.aux.get(key), Uint8Array.of(10))
})

test('a closed chain finishes what it began and refuses more', async () => {
  const { chain, events } = await openKit()
  const { header, body } = await forge(chain)
  const last = chain.importBlock({ origin: 'network', header, body, weight: 1 })
  await chain.close()
  assert.equal((await last).status, 'imported')
  assert.equal(events.length, 1)
  await assert.rejects(grow(chain), { code: 'CLOSED' })
})

test('a listener that throws does not keep the event from others', async () => {
  const { chain } = await openKit()
  let heard = 0
  chain.subscribe(() => {
    throw new Error('careless')
  })
  const stop = chain.subscribe(() => heard++)
  await grow(chain)
  stop()
  await grow(chain)
  assert.equal(heard, 1)
})

test('a failed dispatch is part of the block', async () => {
  const { chain } = await openKit()
  const fail = transfer({ account: alice, nonce: 0, kind: KIND.fail })
  const next = transfer({ account: alice, nonce: 1 })
  const { body } = await grow(chain, { transactions: [fail, next] })
  assert.equal(body.length, 3)
  assert.equal(counter(chain), 1)
})
