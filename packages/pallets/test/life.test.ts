// Random lives of the storage network: whatever users, miners and gateways do, the books stay in order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { ROOT, type RuntimeCall } from '@cess/frame'
import fc from 'fast-check'
import {
  ANSWER,
  by,
  COLLATERAL,
  DAY,
  DEAL,
  ERA,
  EXIT_LOCK,
  GRACE,
  idOf,
  minerName,
  type TestChain,
  testChain,
} from './support/chain.ts'
import {
  assignmentOf,
  declaration,
  invariants,
  type Layout,
  layoutOf,
  nameOf,
  prepareUser,
  receiptsOf,
  registerMiners,
} from './support/storage.ts'

const USERS = ['bob', 'charlie', 'mallory'] as const
const TERRITORIES = ['home', 'second'].map(utf8)
const FILES: readonly Layout[] = Array.from({ length: 12 }, (_, i) =>
  layoutOf(`life ${i}`, 1 << (i + 6)),
)

interface Step {
  readonly kind: string
  readonly user: (typeof USERS)[number]
  readonly file: number
  readonly n: number
  readonly territory: number
}
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...['store', 'store', 'declare', 'declare', 'report', 'finish', 'finish', 'reassign', 'delete'],
    ...['move', 'expand', 'renew', 'mint', 'consign', 'cancel', 'grant', 'exit', 'withdraw'],
    ...[
      'regnstk',
      'collateral',
      'shrink',
      'claim',
      'force',
      'reactivate',
      'days',
      'block',
      'block',
    ],
  ),
  user: fc.constantFrom(...USERS),
  file: fc.nat({ max: FILES.length - 1 }),
  n: fc.nat({ max: 19 }),
  territory: fc.nat({ max: 1 }),
})

/** The call of a step, if it makes one. Most calls fail at times; that is part of it. */
function callOf(c: TestChain, one: Step): readonly [string | 'root', RuntimeCall] | undefined {
  const { kind, user, n } = one
  const layout = FILES[one.file]!
  const territoryName = TERRITORIES[one.territory]!
  const { fileHash } = layout
  const { FileBank, StorageHandler: space, Sminer: sminer } = c.tx
  const miner = minerName(n)
  const assignment = assignmentOf(c, fileHash)
  switch (kind) {
    case 'declare':
      return [
        'gateway',
        declaration(c, layout, user, { territoryName, bucketName: utf8('bucket') }),
      ]
    case 'report': {
      if (!assignment) return undefined
      const index = (n % 12) + 1
      const who = nameOf(assignment.miners[index - 1]!)
      return [who, FileBank.transfer_report({ index, dealHash: fileHash })]
    }
    case 'finish':
      if (!assignment) return undefined
      return [
        'gateway',
        FileBank.submit_receipts({ dealHash: fileHash, receipts: receiptsOf(c, fileHash) }),
      ]
    case 'reassign':
      return [user, FileBank.reassign_miner({ dealHash: fileHash, index: n % 13 })]
    case 'delete':
      return [user, FileBank.delete_file({ owner: idOf(user), fileHash })]
    case 'move':
      return [
        user,
        FileBank.territory_file_delivery({
          user: idOf(user),
          fileHash,
          targetTerritory: territoryName,
        }),
      ]
    case 'expand':
      return [user, space.expanding_territory({ territoryName, gibCount: 1 + n })]
    case 'renew':
      return [user, space.renewal_territory({ territoryName, days: 1 + n })]
    case 'mint':
      return [user, space.mint_territory({ territoryName, gibCount: 1, days: 30 })]
    case 'reactivate':
      return [user, space.reactivate_territory({ territoryName, days: 30 })]
    case 'consign':
      return [user, space.territory_consignment({ territoryName, price: 5n })]
    case 'cancel':
      return [user, space.cancel_consignment({ territoryName })]
    case 'grant':
      return [user, space.territory_grants({ territoryName, receiver: idOf(USERS[n % 3]!) })]
    case 'buy': {
      const [offer] = c.run(() => [...c.storage.StorageHandler.Consignment.entries()])
      const rename = utf8('bought')
      return offer && [user, space.buy_consignment({ token: offer[0][0], rename })]
    }
    case 'exit':
      return [miner, sminer.miner_exit_prep({ miner: idOf(miner) })]
    case 'withdraw':
      return [miner, sminer.miner_withdraw({})]
    case 'regnstk':
      return [
        miner,
        sminer.regnstk({
          beneficiary: idOf(user),
          peerId: new Uint8Array(38),
          stakingVal: 2n * COLLATERAL,
          tibCount: 1 + (n % 2),
        }),
      ]
    case 'collateral':
      return [
        miner,
        sminer.increase_collateral({ miner: idOf(miner), collaterals: COLLATERAL / 10n }),
      ]
    case 'shrink':
      return [miner, sminer.decrease_declaration_space({ tibCount: 1 })]
    case 'claim':
      return [miner, sminer.receive_reward({})]
    case 'force':
      return n === 0 ? ['root', sminer.force_exit({ miner: idOf(minerName(one.file)) })] : undefined
  }
  return undefined
}

/** How many deals became files and how many calls did something: a test in which nothing happens tests nothing. */
const seen = { done: 0, stored: 0, offline: 0 }

function live(c: TestChain, steps: readonly Step[]): void {
  for (const one of steps) {
    if (one.kind === 'store') {
      live(c, [
        { ...one, kind: 'declare' },
        { ...one, kind: 'finish' },
      ])
    } else if (one.kind === 'block') c.blocks()
    else if (one.kind === 'days') c.blocks(3 * DAY)
    else {
      const made = callOf(c, one)
      if (!made) continue
      const [who, call] = made
      const before = c.state.storageRoot().toHex()
      const { result } = c.run(() => c.runtime.dispatch(who === 'root' ? ROOT : by(who), call))
      if (result.type === 'Ok') seen.done++
      else assert.equal(c.state.storageRoot().toHex(), before)
      if (c.run(() => c.storage.FileBank.File.has(FILES[one.file]!.fileHash))) seen.stored++
    }
    invariants(c)
  }
  c.run(() => {
    for (const [, m] of c.storage.Sminer.MinerItems.entries())
      if (m.state === 'offline') seen.offline++
  })
}

test('space, collateral, tokens and lists agree after every step of any life', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 70 }), (steps) => {
      const c = testChain({ answerBlocks: ANSWER })
      registerMiners(c, 16)
      for (const who of USERS) prepareUser(c, who, 2, 40)
      const issued = c.issuance()
      live(c, steps)
      assert.equal(c.issuance(), issued)
    }),
    { numRuns: 40 },
  )
  const { done, stored, offline } = seen
  assert.ok(done > 100 && stored > 20 && offline > 0, JSON.stringify(seen))
})

test('when all leases are over and all miners gone, nothing is left but names and numbers', () => {
  const c = testChain({ answerBlocks: ANSWER })
  registerMiners(c, 16)
  for (const who of USERS) prepareUser(c, who, 2, 40)
  const steps = fc.sample(step, { seed: 7, numRuns: 150 })
  live(
    c,
    steps.filter((s) => !['renew', 'grant', 'consign'].includes(s.kind)),
  )
  c.blocks(80 * DAY + GRACE + DEAL.base + 100 + ERA)
  for (let n = 0; n < 20; n++) {
    const who = by(minerName(n))
    c.run(() => c.runtime.dispatch(who, c.tx.Sminer.miner_exit_prep({ miner: idOf(minerName(n)) })))
  }
  c.blocks(EXIT_LOCK)
  for (let n = 0; n < 20; n++)
    c.run(() => c.runtime.dispatch(by(minerName(n)), c.tx.Sminer.miner_withdraw({})))
  invariants(c)
  const sizes = c.run(() => {
    const left: Record<string, number> = {}
    for (const pallet of ['FileBank', 'Sminer', 'Audit', 'StorageHandler'] as const)
      for (const [name, item] of Object.entries(c.storage[pallet] as object))
        if ('entries' in item) {
          const size = [...(item as { entries(): Iterable<unknown> }).entries()].length
          if (size > 0) left[`${pallet}.${name}`] = size
        }
    return left
  })
  const allowed = [
    'StorageHandler.Territory',
    'StorageHandler.TerritoryKey',
    'FileBank.Bucket',
    'FileBank.UserBucketList',
  ]
  assert.deepEqual(
    Object.keys(sizes).filter((name) => !allowed.includes(name)),
    [],
    JSON.stringify(sizes),
  )
})
