import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { NONE, ROOT } from '@cess/frame'
import { by, DAY, GIB, GRACE, idOf, PRICE, type TestChain, testChain } from './support/chain.ts'

const mine = utf8('mine')
const mint = (c: TestChain, who: string, name = mine, gibCount = 2, days = 30): void =>
  c.ok(by(who), c.tx.StorageHandler.mint_territory({ gibCount, territoryName: name, days }))
const territory = (c: TestChain, who: string, name = mine) =>
  c.run(() => c.storage.StorageHandler.Territory.get(idOf(who), name))
const purchased = (c: TestChain): bigint =>
  c.run(() => c.storage.StorageHandler.PurchasedSpace.get())
const tokenOf = (c: TestChain, who: string, name = mine) => territory(c, who, name)!.token

test('a territory is bought for its size and days; the price goes to the miners’ pot', () => {
  const c = testChain()
  const pot = c.run(() => c.api.balances.free(c.api.cessTreasury.pots.reward))
  const before = c.free('bob')
  mint(c, 'bob', mine, 3, 60)
  const spend = 3n * 2n * PRICE
  assert.equal(c.free('bob'), before - spend)
  assert.equal(
    c.run(() => c.api.balances.free(c.api.cessTreasury.pots.reward)),
    pot + spend,
  )
  const t = territory(c, 'bob')!
  assert.deepEqual(c.event('StorageHandler.MintTerritory'), {
    token: t.token,
    name: mine,
    storageCapacity: 3n * GIB,
    spend,
  })
  const { token, ...rest } = t
  assert.deepEqual(rest, {
    totalSpace: 3n * GIB,
    usedSpace: 0n,
    lockedSpace: 0n,
    remainingSpace: 3n * GIB,
    start: 1,
    deadline: 1 + 60 * DAY,
    state: 'Active',
  })
  assert.deepEqual(
    c.run(() => c.storage.StorageHandler.TerritoryKey.get(token)),
    [idOf('bob'), mine],
  )
  assert.equal(purchased(c), 3n * GIB)
})

test('nothing is sold out of range, twice under a name, unsigned, or for more than one has', () => {
  const c = testChain()
  const { StorageHandler: tx } = c.tx
  const buy = (gibCount: number, days: number, territoryName = mine) =>
    tx.mint_territory({ gibCount, days, territoryName })
  c.noop(by('bob'), buy(0, 30), 'StorageHandler.ParamError')
  c.noop(by('bob'), buy((1 << 30) + 1, 30), 'StorageHandler.ParamError')
  c.noop(by('bob'), buy(1, 29), 'StorageHandler.ParamError')
  c.noop(by('bob'), buy(1, 36_501), 'StorageHandler.ParamError')
  c.noop(by('bob'), buy(1, 30, utf8('')), 'StorageHandler.ParamError')
  c.noop(by('bob'), buy(1 << 30, 36_500), 'Token.FundsUnavailable')
  c.noop(by('nobody'), buy(1, 30), 'Token.FundsUnavailable')
  c.noop(NONE, buy(1, 30), 'BadOrigin')
  c.noop(ROOT, buy(1, 30), 'BadOrigin')
  mint(c, 'bob')
  c.noop(by('bob'), buy(1, 30), 'StorageHandler.DuplicateName')
  mint(c, 'charlie')
})

test('more space costs every begun day of the rest of the lease', () => {
  const c = testChain()
  mint(c, 'bob')
  c.blocks(DAY / 2)
  const before = c.free('bob')
  c.ok(by('bob'), c.tx.StorageHandler.expanding_territory({ territoryName: mine, gibCount: 5 }))
  assert.equal(before - c.free('bob'), 5n * PRICE)
  c.blocks(DAY)
  const later = c.free('bob')
  c.ok(by('bob'), c.tx.StorageHandler.expanding_territory({ territoryName: mine, gibCount: 1 }))
  assert.equal(later - c.free('bob'), (29n * PRICE) / 30n)
  const t = territory(c, 'bob')!
  assert.deepEqual([t.totalSpace, t.remainingSpace], [8n * GIB, 8n * GIB])
  assert.equal(purchased(c), 8n * GIB)
})

test('expanding and renewing want a territory that is there and in range', () => {
  const c = testChain()
  const { StorageHandler: tx } = c.tx
  const none = 'StorageHandler.NotHaveTerritory'
  c.noop(by('bob'), tx.expanding_territory({ territoryName: mine, gibCount: 1 }), none)
  c.noop(by('bob'), tx.renewal_territory({ territoryName: mine, days: 1 }), none)
  c.noop(by('bob'), tx.reactivate_territory({ territoryName: mine, days: 30 }), none)
  mint(c, 'bob')
  const param = 'StorageHandler.ParamError'
  c.noop(by('bob'), tx.expanding_territory({ territoryName: mine, gibCount: 0 }), param)
  c.noop(by('bob'), tx.renewal_territory({ territoryName: mine, days: 0 }), param)
  c.noop(by('bob'), tx.renewal_territory({ territoryName: mine, days: 36_501 }), param)
  c.noop(by('bob'), tx.reactivate_territory({ territoryName: mine, days: 29 }), param)
  const active = 'StorageHandler.NotExpire'
  c.noop(by('bob'), tx.reactivate_territory({ territoryName: mine, days: 30 }), active)
})

test('a lease ends in its block: frozen, and after the grace expired', () => {
  const c = testChain()
  mint(c, 'bob')
  const { deadline } = territory(c, 'bob')!
  c.blocks(deadline - c.number() - 1)
  assert.equal(territory(c, 'bob')!.state, 'Active')
  c.blocks()
  assert.equal(territory(c, 'bob')!.state, 'Frozen')
  assert.deepEqual(c.event('StorageHandler.TerritoryFrozen'), { owner: idOf('bob'), name: mine })
  const { StorageHandler: tx } = c.tx
  const gone = 'StorageHandler.NotActive'
  c.noop(by('bob'), tx.expanding_territory({ territoryName: mine, gibCount: 1 }), gone)
  c.noop(by('bob'), tx.territory_consignment({ territoryName: mine, price: 1n }), gone)
  c.noop(by('bob'), tx.territory_rename({ oldName: mine, newName: utf8('new') }), gone)
  c.blocks(GRACE - 1)
  assert.equal(territory(c, 'bob')!.state, 'Frozen')
  assert.equal(purchased(c), 2n * GIB)
  c.blocks()
  assert.equal(territory(c, 'bob')!.state, 'Expired')
  assert.deepEqual(c.event('StorageHandler.TerritoryExpired'), { owner: idOf('bob'), name: mine })
  assert.equal(purchased(c), 0n)
  c.noop(
    by('bob'),
    tx.renewal_territory({ territoryName: mine, days: 30 }),
    'StorageHandler.StateError',
  )
})

test('without any grace a territory still expires', () => {
  const c = testChain({ frozenDays: 0 })
  mint(c, 'bob')
  c.blocks(30 * DAY + 1)
  assert.equal(territory(c, 'bob')!.state, 'Expired')
})

test('a renewed lease goes on from its old end, in time or frozen', () => {
  const c = testChain()
  mint(c, 'bob')
  const first = territory(c, 'bob')!.deadline
  const renew = (days: number) =>
    c.tx.StorageHandler.renewal_territory({ territoryName: mine, days })
  const before = c.free('bob')
  c.ok(by('bob'), renew(3))
  assert.equal(before - c.free('bob'), (2n * 3n * PRICE) / 30n)
  assert.equal(territory(c, 'bob')!.deadline, first + 3 * DAY)
  c.blocks(first - c.number())
  assert.equal(territory(c, 'bob')!.state, 'Active')
  c.blocks(3 * DAY + DAY + 1)
  assert.equal(territory(c, 'bob')!.state, 'Frozen')
  c.noop(by('bob'), renew(1), 'StorageHandler.InsufficientLease')
  c.ok(by('bob'), renew(4))
  assert.deepEqual(
    [territory(c, 'bob')!.state, territory(c, 'bob')!.deadline],
    ['Active', first + 7 * DAY],
  )
  c.blocks(GRACE)
  assert.equal(territory(c, 'bob')!.state, 'Active')
  c.blocks(first + 7 * DAY - c.number())
  assert.equal(territory(c, 'bob')!.state, 'Frozen')
})

test('an expired territory is leased again from today', () => {
  const c = testChain()
  mint(c, 'bob')
  c.blocks(30 * DAY + GRACE)
  const before = c.free('bob')
  c.ok(by('bob'), c.tx.StorageHandler.reactivate_territory({ territoryName: mine, days: 30 }))
  assert.equal(before - c.free('bob'), 2n * PRICE)
  const t = territory(c, 'bob')!
  assert.deepEqual([t.state, t.start, t.deadline], ['Active', c.number(), c.number() + 30 * DAY])
  assert.equal(purchased(c), 2n * GIB)
  c.blocks(30 * DAY)
  assert.equal(territory(c, 'bob')!.state, 'Frozen')
})

test('the price is Root’s to set, and for everything from then on', () => {
  const c = testChain()
  const set = c.tx.StorageHandler.define_update_price({ price: 2n * PRICE })
  c.noop(by('alice'), set, 'BadOrigin')
  c.ok(ROOT, set)
  const before = c.free('bob')
  mint(c, 'bob', mine, 1)
  assert.equal(before - c.free('bob'), 2n * PRICE)
})

test('an empty territory is given away and renamed, one at a time for each name', () => {
  const c = testChain()
  const { StorageHandler: tx } = c.tx
  mint(c, 'bob')
  const token = tokenOf(c, 'bob')
  c.noop(
    by('mallory'),
    tx.territory_grants({ territoryName: mine, receiver: idOf('mallory') }),
    'StorageHandler.NotHaveTerritory',
  )
  mint(c, 'charlie')
  c.noop(
    by('bob'),
    tx.territory_grants({ territoryName: mine, receiver: idOf('charlie') }),
    'StorageHandler.DuplicateName',
  )
  const rename = (to: string) => tx.territory_rename({ oldName: mine, newName: utf8(to) })
  c.noop(by('bob'), rename(''), 'StorageHandler.ParamError')
  c.noop(by('bob'), rename('mine'), 'StorageHandler.DuplicateName')
  c.ok(by('bob'), rename('other'))
  assert.equal(territory(c, 'bob'), undefined)
  c.ok(by('bob'), tx.territory_grants({ territoryName: utf8('other'), receiver: idOf('charlie') }))
  assert.equal(tokenOf(c, 'charlie', utf8('other')), token)
  const key = c.run(() => c.storage.StorageHandler.TerritoryKey.get(token))
  assert.deepEqual(key, [idOf('charlie'), utf8('other')])
  c.blocks(30 * DAY)
  assert.equal(territory(c, 'charlie', utf8('other'))!.state, 'Frozen')
})

test('a territory that is in use is neither sold, given away nor renamed', () => {
  const c = testChain()
  const { StorageHandler: tx } = c.tx
  mint(c, 'bob')
  c.run(() => c.api.storageHandler.space.lock(idOf('bob'), mine, 5n))
  const calls = [
    tx.territory_consignment({ territoryName: mine, price: 1n }),
    tx.territory_grants({ territoryName: mine, receiver: idOf('charlie') }),
    tx.territory_rename({ oldName: mine, newName: utf8('new') }),
  ]
  for (const call of calls) c.noop(by('bob'), call, 'StorageHandler.ObjectNotZero')
  c.run(() => c.api.storageHandler.space.use(idOf('bob'), mine, 5n))
  for (const call of calls) c.noop(by('bob'), call, 'StorageHandler.ObjectNotZero')
  for (const call of calls) c.noop(NONE, call, 'BadOrigin')
})

test('many leases that end together end in blocks next to each other, and none is forgotten', () => {
  const c = testChain()
  const count = 450
  for (let i = 0; i < count; i++) mint(c, 'bob', utf8(`t${i}`), 1)
  const { Territory, TerritoryFrozenCounter } = c.storage.StorageHandler
  const states = () => c.run(() => [...Territory.entries(idOf('bob'))].map(([, t]) => t.state))
  c.blocks(30 * DAY - 1)
  for (let block = 0; block < 4; block++) {
    const before = states().filter((s) => s === 'Frozen').length
    c.blocks()
    const after = states().filter((s) => s === 'Frozen').length
    assert.ok(after - before <= 200)
  }
  assert.deepEqual(new Set(states()), new Set(['Frozen']))
  c.blocks(GRACE + 4)
  assert.deepEqual(new Set(states()), new Set(['Expired']))
  assert.equal(purchased(c), 0n)
  assert.equal(c.run(() => [...TerritoryFrozenCounter.entries()]).length, 0)
  assert.equal(
    c.run(() => [...c.storage.StorageHandler.TerritoryExpiredCounter.entries()]).length,
    0,
  )
})

test('balances of space: used, locked and remaining are always the total', () => {
  const c = testChain()
  mint(c, 'bob')
  mint(c, 'bob', utf8('other'), 1)
  const { space } = c.api.storageHandler
  const bob = idOf('bob')
  c.run(() => {
    space.lock(bob, mine, 100n)
    space.use(bob, mine, 60n)
    space.unlock(bob, mine, 40n)
    space.take(bob, mine, 7n)
    space.shift(bob, mine, utf8('other'), 60n)
    space.free(bob, mine, 7n)
  })
  const [a, b] = [territory(c, 'bob')!, territory(c, 'bob', utf8('other'))!]
  assert.deepEqual([a.usedSpace, a.lockedSpace, a.remainingSpace], [0n, 0n, 2n * GIB])
  assert.deepEqual([b.usedSpace, b.lockedSpace, b.remainingSpace], [60n, 0n, GIB - 60n])
  assert.throws(() => c.run(() => space.lock(bob, mine, 2n * GIB + 1n)), /InsufficientStorage/)
  assert.throws(() => c.run(() => space.shift(bob, mine, utf8('other'), GIB)), /Insufficient/)
  assert.throws(() => c.run(() => space.shift(bob, mine, mine, 0n)), /ParamError/)
})

test('buying space makes and burns no tokens', () => {
  const c = testChain()
  const issued = c.issuance()
  mint(c, 'bob')
  c.blocks(30 * DAY + GRACE)
  assert.equal(c.issuance(), issued)
})
