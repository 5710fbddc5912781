import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BatchOp, type KeyValueStore, MemoryStore } from '@cess/ports'
import { Chain } from '../src/index.ts'
import { counter, forge, GENESIS, grow, growLine, openKit } from './support/chain-kit.ts'
import { account, createToyHost, transfer } from './support/toy-runtime.ts'

/** A memory store that stops writing after `budget` batches, and notes which were synced. */
function failingStore(budget: number) {
  const memory = new MemoryStore()
  const synced: boolean[] = []
  const store: KeyValueStore = {
    get: (key) => memory.get(key),
    getMany: (keys) => memory.getMany(keys),
    iterate: (options) => memory.iterate(options),
    close: () => memory.close(),
    async batch(ops: readonly BatchOp[], options) {
      if (synced.length >= budget) throw new Error('disk full')
      synced.push(options?.sync === true)
      return memory.batch(ops)
    },
  }
  return { store, memory, synced }
}

test('a chain comes back as it was', async () => {
  const { chain, store } = await openKit()
  const line = await growLine(chain, 3)
  await grow(chain, { transactions: [transfer({ account: account(1), nonce: 0 })] })
  const fork = await grow(chain, { parent: line[1]!, salt: 1 })
  await chain.finalize(line[0]!, Uint8Array.of(1))
  const before = { info: chain.info(), leaves: chain.leaves() }
  await chain.close()

  const again = await openKit(store)
  assert.deepEqual({ info: again.chain.info(), leaves: again.chain.leaves() }, before)
  assert.equal(counter(again.chain), 1)
  assert.deepEqual(again.chain.justification(line[0]!), Uint8Array.of(1))
  assert.equal(again.chain.isAncestor(line[1]!, fork.hash), true)
  // Weights are back too: the fork needs two more to win.
  const f2 = await grow(again.chain, { parent: fork.hash, salt: 1 })
  assert.equal(f2.best, false)
  const f3 = await grow(again.chain, { parent: f2.hash, salt: 1 })
  assert.equal(f3.best, true)
  await again.chain.finalize(f3.hash)
})

test('of equal leaves the first seen is best after a restart too', async () => {
  const { chain, store } = await openKit()
  const a = await grow(chain, { salt: 1 })
  await grow(chain, { parent: chain.genesisHash, salt: 2 })
  const again = await openKit(store)
  assert.equal(again.chain.info().bestHash, a.hash)
  assert.equal(again.chain.leaves()[0], a.hash)
})

test('a database of another genesis is refused', async () => {
  const { store } = await openKit()
  const genesis = [...GENESIS, ['extra', Uint8Array.of(1)] as never]
  await assert.rejects(Chain.open({ store, host: createToyHost(), genesis, pruning: 'archive' }), {
    code: 'GENESIS_MISMATCH',
    message: /Use the chain spec/,
  })
})

test('a crash at any batch leaves the chain that was acknowledged', async () => {
  const { chain: source } = await openKit()
  const line = await growLine(source, 6)
  for (let budget = 1; budget <= 8; budget++) {
    const { store, memory } = failingStore(budget)
    const { chain } = await openKit(store)
    let expected = chain.info()
    try {
      for (const [i, hash] of line.entries()) {
        const header = source.header(hash)!
        await chain.importBlock({ origin: 'sync', header, body: source.body(hash)!, weight: 1 })
        expected = chain.info()
        if (i % 2 === 1) await chain.finalize(line[i - 1]!)
        expected = chain.info()
      }
      assert.fail('the disk was to fail')
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'STORE_FAILED', String(error))
    }
    const { chain: reopened } = await openKit(memory)
    assert.deepEqual(reopened.info(), expected, `after ${budget} batches`)
    assert.ok(reopened.stateAt(expected.bestHash))
    const left = line.slice(expected.bestNumber)
    for (const hash of left)
      await reopened.importBlock({
        origin: 'sync',
        header: source.header(hash)!,
        body: source.body(hash)!,
        weight: 1,
      })
    assert.equal(reopened.info().bestHash, line.at(-1))
  }
})

test('after a failed write no more is accepted and no event is sent', async () => {
  const { store } = failingStore(1)
  const { chain, events } = await openKit(store)
  const first = await forge(chain)
  await assert.rejects(chain.importBlock({ ...first, origin: 'own', weight: 1 }), {
    code: 'STORE_FAILED',
  })
  await assert.rejects(grow(chain, { salt: 1 }), { code: 'STORE_FAILED', message: /disk full/ })
  assert.deepEqual(events, [])
  assert.equal(chain.info().bestNumber, 0)
})

test('own blocks and finality are on disk before they are acknowledged', async () => {
  const { store, synced } = failingStore(10)
  const { chain } = await openKit(store)
  const [hash] = await growLine(chain, 1)
  await growLine(chain, 1, { origin: 'own' })
  await chain.finalize(hash!)
  await chain.aux.batch([])
  assert.deepEqual(synced, [true, false, true, true, true])
})

test('a damaged database is refused with advice', async () => {
  const { chain, store } = await openKit()
  await growLine(chain, 2)
  const { headerKey } = await import('../src/keys.ts')
  await store.batch([{ type: 'del', key: headerKey(chain.hashAt(1)!) }])
  await assert.rejects(openKit(store), { code: 'CORRUPT_DATABASE', message: /sync again/ })
})
