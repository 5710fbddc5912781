import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import { by, DAY, GIB, idOf, PRICE, type TestChain, TOKEN, testChain } from './support/chain.ts'

const mine = utf8('mine')
const OFFER_BLOCKS = 100
const LONG = 365
const mint = (c: TestChain, who: string, days = LONG): void =>
  c.ok(by(who), c.tx.StorageHandler.mint_territory({ gibCount: 2, territoryName: mine, days }))
const territory = (c: TestChain, who: string, name = mine) =>
  c.run(() => c.storage.StorageHandler.Territory.get(idOf(who), name))
const offer = (c: TestChain, who: string, price: bigint): Hash => {
  c.ok(by(who), c.tx.StorageHandler.territory_consignment({ territoryName: mine, price }))
  return territory(c, who)!.token
}
const buy = (c: TestChain, token: Hash, rename = utf8('bought')) =>
  c.tx.StorageHandler.buy_consignment({ token, rename })

test('an offered territory changes hands for its price', () => {
  const c = testChain()
  mint(c, 'bob')
  const token = offer(c, 'bob', 9n * TOKEN)
  assert.equal(territory(c, 'bob')!.state, 'OnConsignment')
  c.blocks(OFFER_BLOCKS)
  const [seller, buyer] = [c.free('bob'), c.free('charlie')]
  c.ok(by('charlie'), buy(c, token))
  assert.deepEqual([c.free('bob') - seller, buyer - c.free('charlie')], [9n * TOKEN, 9n * TOKEN])
  assert.equal(territory(c, 'bob'), undefined)
  assert.equal(territory(c, 'charlie', utf8('bought'))!.state, 'Active')
  assert.deepEqual(c.event('StorageHandler.ExecConsignment'), {
    buyer: idOf('charlie'),
    seller: idOf('bob'),
    token,
  })
  c.noop(by('mallory'), buy(c, token), 'StorageHandler.NonExistentConsignment')
})

test('while it is for sale nothing else is done with a territory', () => {
  const c = testChain()
  mint(c, 'bob')
  offer(c, 'bob', 1n)
  const { StorageHandler: tx } = c.tx
  const sale = 'StorageHandler.OnConsignment'
  c.noop(by('bob'), tx.expanding_territory({ territoryName: mine, gibCount: 1 }), sale)
  c.noop(by('bob'), tx.territory_consignment({ territoryName: mine, price: 1n }), sale)
  c.noop(by('bob'), tx.territory_rename({ oldName: mine, newName: utf8('x') }), sale)
  c.noop(by('bob'), tx.territory_grants({ territoryName: mine, receiver: idOf('eve') }), sale)
  c.noop(
    by('bob'),
    tx.renewal_territory({ territoryName: mine, days: 1 }),
    'StorageHandler.StateError',
  )
  assert.throws(
    () => c.run(() => c.api.storageHandler.space.lock(idOf('bob'), mine, 1n)),
    /OnConsignment/,
  )
})

test('only the seller takes an offer back, and then nobody buys', () => {
  const c = testChain()
  mint(c, 'bob')
  const cancel = c.tx.StorageHandler.cancel_consignment({ territoryName: mine })
  c.noop(by('bob'), cancel, 'StorageHandler.NotOnConsignment')
  const token = offer(c, 'bob', 1n)
  c.noop(by('mallory'), cancel, 'StorageHandler.NotHaveTerritory')
  c.noop(NONE, cancel, 'BadOrigin')
  c.ok(by('bob'), cancel)
  assert.equal(territory(c, 'bob')!.state, 'Active')
  c.blocks(OFFER_BLOCKS)
  c.noop(by('charlie'), buy(c, token), 'StorageHandler.NonExistentConsignment')
})

test('a seller can not swap a cheap offer for a dear one under a buyer’s nose', () => {
  const c = testChain()
  mint(c, 'bob')
  const token = offer(c, 'bob', 1n)
  c.blocks(OFFER_BLOCKS)
  // The buyer has signed for the price of 1; the seller is faster.
  c.ok(by('bob'), c.tx.StorageHandler.cancel_consignment({ territoryName: mine }))
  assert.equal(offer(c, 'bob', 1_000_000n * TOKEN), token)
  c.noop(by('charlie'), buy(c, token), 'StorageHandler.ConsignmentLocked')
  c.blocks(OFFER_BLOCKS - 1)
  c.noop(by('charlie'), buy(c, token), 'StorageHandler.ConsignmentLocked')
  c.blocks()
  c.ok(by('charlie'), buy(c, token))
})

test('a purchase wants money, a free name and a seller who is somebody else', () => {
  const c = testChain()
  mint(c, 'bob')
  const token = offer(c, 'bob', 10n ** 30n)
  c.blocks(OFFER_BLOCKS)
  c.noop(by('bob'), buy(c, token), 'StorageHandler.OwnConsignment')
  c.noop(by('charlie'), buy(c, token), 'Token.FundsUnavailable')
  c.noop(by('charlie'), buy(c, token, utf8('')), 'Token.FundsUnavailable')
  c.noop(NONE, buy(c, token), 'BadOrigin')
  c.ok(by('bob'), c.tx.StorageHandler.cancel_consignment({ territoryName: mine }))
  offer(c, 'bob', 1n)
  c.blocks(OFFER_BLOCKS)
  mint(c, 'charlie')
  c.noop(by('charlie'), buy(c, token, mine), 'StorageHandler.DuplicateName')
  c.noop(by('charlie'), buy(c, token, utf8('')), 'StorageHandler.ParamError')
})

test('an offer ends with the lease, and a lease of less than a day is not offered', () => {
  const c = testChain()
  mint(c, 'bob', 30)
  const token = offer(c, 'bob', 1n)
  c.blocks(30 * DAY)
  assert.equal(territory(c, 'bob')!.state, 'Frozen')
  c.noop(by('charlie'), buy(c, token), 'StorageHandler.NonExistentConsignment')
  mint(c, 'charlie', 30)
  c.blocks(29 * DAY + 1)
  c.noop(
    by('charlie'),
    c.tx.StorageHandler.territory_consignment({ territoryName: mine, price: 1n }),
    'StorageHandler.InsufficientLease',
  )
})

type Kind = 'Buy' | 'Expansion' | 'Renewal'
const order = (c: TestChain, orderType: Kind, change: Partial<Record<string, unknown>> = {}) =>
  c.tx.StorageHandler.create_order({
    targetAcc: idOf('bob'),
    territoryName: mine,
    orderType,
    gibCount: 3,
    days: 60,
    expired: 60 * 24,
    ...change,
  })
const opened = (c: TestChain, orderType: Kind): Uint8Array => {
  c.ok(by('alice'), order(c, orderType))
  return c.event('StorageHandler.CreatePayOrder')['orderHash'] as Uint8Array
}
const pay = (c: TestChain, orderId: Uint8Array) => c.tx.StorageHandler.exec_order({ orderId })

test('anybody pays an order, and the target has what it was for', () => {
  const c = testChain()
  const id = opened(c, 'Buy')
  const before = c.free('charlie')
  c.ok(by('charlie'), pay(c, id))
  assert.equal(before - c.free('charlie'), 6n * PRICE)
  assert.equal(territory(c, 'bob')!.totalSpace, 3n * GIB)
  c.noop(by('charlie'), pay(c, id), 'StorageHandler.NoOrder')

  c.ok(by('charlie'), pay(c, opened(c, 'Expansion')))
  assert.equal(territory(c, 'bob')!.totalSpace, 6n * GIB)
  const { deadline } = territory(c, 'bob')!
  c.ok(by('charlie'), pay(c, opened(c, 'Renewal')))
  assert.equal(territory(c, 'bob')!.deadline, deadline + 60 * DAY)
})

test('an order that could not be carried out is not opened', () => {
  const c = testChain()
  const no = (kind: Kind, change: Record<string, unknown>, error: string) =>
    c.noop(by('alice'), order(c, kind, change), `StorageHandler.${error}`)
  no('Buy', { expired: 0 }, 'ParamError')
  no('Buy', { expired: 24 * 60 + 1 }, 'ParamError')
  no('Buy', { days: 29 }, 'ParamError')
  no('Buy', { gibCount: 0 }, 'ParamError')
  no('Buy', { territoryName: utf8('') }, 'ParamError')
  no('Expansion', {}, 'NotHaveTerritory')
  no('Renewal', {}, 'NotHaveTerritory')
  mint(c, 'bob')
  no('Buy', {}, 'DuplicateName')
  no('Expansion', { gibCount: 0 }, 'ParamError')
  no('Renewal', { days: 0 }, 'ParamError')
  c.noop(ROOT, order(c, 'Renewal'), 'BadOrigin')
  c.noop(NONE, pay(c, new Uint8Array(32)), 'BadOrigin')
})

test('whoever pays an order never pays more than it says', () => {
  const c = testChain()
  mint(c, 'bob', 30)
  const renewal = opened(c, 'Renewal')
  const expansion = opened(c, 'Expansion')
  // The target blows its territory up and lengthens the lease before the payer is there.
  c.ok(by('bob'), c.tx.StorageHandler.expanding_territory({ territoryName: mine, gibCount: 900 }))
  c.noop(by('charlie'), pay(c, renewal), 'StorageHandler.InvalidOrder')
  c.ok(by('bob'), c.tx.StorageHandler.renewal_territory({ territoryName: mine, days: 300 }))
  c.noop(by('charlie'), pay(c, expansion), 'StorageHandler.InvalidOrder')
  c.ok(ROOT, c.tx.StorageHandler.define_update_price({ price: PRICE * 2n }))
  const other = { targetAcc: idOf('charlie') }
  c.ok(by('alice'), order(c, 'Buy', other))
  const buyOrder = c.event('StorageHandler.CreatePayOrder')['orderHash'] as Uint8Array
  c.ok(ROOT, c.tx.StorageHandler.define_update_price({ price: PRICE * 3n }))
  c.noop(by('alice'), pay(c, buyOrder), 'StorageHandler.InvalidOrder')
  c.ok(ROOT, c.tx.StorageHandler.define_update_price({ price: PRICE }))
  const before = c.free('alice')
  c.ok(by('alice'), pay(c, buyOrder))
  assert.equal(before - c.free('alice'), 6n * PRICE)
})

test('an expansion ordered on the last day is not a long lease for the price of a day', () => {
  const c = testChain()
  mint(c, 'bob', 30)
  c.blocks(29 * DAY + 1)
  const id = opened(c, 'Expansion')
  const { pay: price } = c.run(() => c.storage.StorageHandler.PayOrder.get(id))!
  assert.equal(price, (3n * PRICE) / 30n)
  c.ok(by('bob'), c.tx.StorageHandler.renewal_territory({ territoryName: mine, days: 3_000 }))
  c.noop(by('bob'), pay(c, id), 'StorageHandler.InvalidOrder')
})

test('an order is forgotten when its time is over', () => {
  const c = testChain()
  c.ok(by('alice'), order(c, 'Buy', { expired: 60 * 12 }))
  const id = c.event('StorageHandler.CreatePayOrder')['orderHash'] as Uint8Array
  c.blocks(DAY / 2)
  const has = () => c.run(() => c.storage.StorageHandler.PayOrder.has(id))
  assert.equal(has(), true)
  c.blocks()
  assert.equal(has(), false)
  c.noop(by('charlie'), pay(c, id), 'StorageHandler.NoOrder')
  assert.equal(c.run(() => [...c.storage.StorageHandler.OrderExpiry.entries()]).length, 0)
})

test('orders of one block have different ids, whoever makes them', () => {
  const c = testChain()
  const ids = [opened(c, 'Buy'), opened(c, 'Buy'), opened(c, 'Buy')].map((id) => id.toHex())
  assert.equal(new Set(ids).size, 3)
})
