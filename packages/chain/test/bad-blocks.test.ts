import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex } from '@cess/bytes'
import { type Extrinsic, type Header, headerHash } from '@cess/primitives'
import { extrinsicsRoot } from '../src/roots.ts'
import { forge, grow, openKit } from './support/chain-kit.ts'
import { account, KIND, transfer } from './support/toy-runtime.ts'

const other = toHex(new Uint8Array(32).fill(3)) as Hash
const block = (header: Header, body: readonly Extrinsic[]) =>
  ({ origin: 'network', header, body, weight: 1 }) as const

test('a wrong state root is refused, remembered, and costs one execution', async () => {
  const { chain, host, events } = await openKit()
  const { header, body } = await forge(chain)
  const bad = block({ ...header, stateRoot: other }, body)
  await assert.rejects(chain.importBlock(bad), { code: 'BAD_BLOCK' })
  const executions = host.calls.get('Core_execute_block')
  await assert.rejects(chain.importBlock(bad), { code: 'BAD_BLOCK', message: /refused before/ })
  assert.equal(host.calls.get('Core_execute_block'), executions)
  assert.deepEqual(events, [])
  assert.equal(chain.header(headerHash(bad.header)), undefined)
})

test('a block on a bad block is bad', async () => {
  const { chain } = await openKit()
  const { header, body } = await forge(chain)
  const bad = { ...header, stateRoot: other }
  await assert.rejects(chain.importBlock(block(bad, body)))
  const child = { ...header, parentHash: headerHash(bad), number: 2 }
  await assert.rejects(chain.importBlock(block(child, body)), { code: 'BAD_BLOCK' })
  const grandchild = { ...header, parentHash: headerHash(child), number: 3 }
  await assert.rejects(chain.importBlock(block(grandchild, body)), { code: 'BAD_BLOCK' })
})

test('own changes must have the state root of the header', async () => {
  const { chain } = await openKit()
  const { header, body, changes } = await forge(chain)
  const wrong = { ...block({ ...header, stateRoot: other }, body), changes }
  await assert.rejects(chain.importBlock(wrong), { code: 'BAD_BLOCK', message: /state root/ })
})

test('a foreign body does not make a good header bad', async () => {
  const { chain } = await openKit()
  const { header, body } = await forge(chain)
  await assert.rejects(chain.importBlock(block(header, [])), {
    code: 'BAD_BLOCK',
    message: /not its own/,
  })
  assert.equal((await chain.importBlock(block(header, body))).status, 'imported')
})

test('an invalid transaction in the body makes the block bad', async () => {
  const { chain } = await openKit()
  for (const kind of [KIND.broke, KIND.trap]) {
    const { header, body } = await forge(chain, { salt: kind })
    const stuffed = [...body, transfer({ account: account(1), nonce: 0, kind })]
    const wrong = { ...header, extrinsicsRoot: extrinsicsRoot(stuffed) }
    await assert.rejects(chain.importBlock(block(wrong, stuffed)), {
      code: 'BAD_BLOCK',
      message: /the runtime refuses it/,
    })
  }
  assert.equal(chain.info().bestNumber, 0)
})

test('the number follows the parent', async () => {
  const { chain } = await openKit()
  const { header, body } = await forge(chain)
  await assert.rejects(chain.importBlock(block({ ...header, number: 2 }, body)), {
    code: 'BAD_BLOCK',
    message: /its number is 2/,
  })
})

test('a block without its parent is told apart from a bad one', async () => {
  const { chain } = await openKit()
  const { header, body } = await forge(chain)
  const orphan = { ...header, parentHash: other, number: 9 }
  await assert.rejects(chain.importBlock(block(orphan, body)), { code: 'UNKNOWN_PARENT' })
})

test('a weight is a whole number', async () => {
  const { chain } = await openKit()
  const { header, body } = await forge(chain)
  for (const weight of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    await assert.rejects(chain.importBlock({ ...block(header, body), weight }), RangeError)
  await grow(chain)
})
