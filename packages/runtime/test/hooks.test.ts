// A block's hooks do a bounded amount of work, whatever users have prepared for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, type FileId, type Hash, toHex, u32le, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import { type RuntimeCall, signed } from '@cess/frame'
import { FRAGMENTS, fileIdOf, segmentId } from '@cess/primitives'
import { DEVNET, PRODUCTION } from '../src/index.ts'
import { idOf, type RealChain, realChain } from './support/chain.ts'

const TOKEN = 10n ** 18n
const MINERS = Array.from({ length: 20 }, (_, i) => idOf(`//Miner//${i + 1}`))
const USER = idOf('//Dave')

const storageOf = (chain: RealChain, pallet: string) =>
  chain.runtime.bound.find((b) => b.def.name === pallet)!.ctx.storage
function run(chain: RealChain, who: AccountId, call: RuntimeCall): void {
  const { result } = chain.read(() => chain.runtime.dispatch(signed(who), call))
  assert.equal(result.type, 'Ok', `${call.type}.${call.value.type}`)
}
function layout(n: number) {
  const fragmentList = Array.from(
    { length: FRAGMENTS },
    (_, i) => blake3(u32le(n * 100 + i)).toHex() as FileId,
  )
  const dealInfo = [{ hash: segmentId(1_000, fragmentList), fragmentList }]
  return { fileHash: fileIdOf(1_000, dealInfo), dealInfo, fileSize: 1_000n }
}
const declaration = (chain: RealChain, n: number) =>
  chain.tx.FileBank.upload_declaration({
    ...layout(n),
    userBrief: {
      user: USER,
      fileName: utf8('file'),
      bucketName: utf8(''),
      territoryName: utf8('home'),
    },
  })

/** A chain on which everything that hooks look after is due in the next block. */
function loaded(chain: RealChain): void {
  chain.build()
  const { tx, pallets } = chain
  for (const miner of MINERS)
    run(
      chain,
      miner,
      tx.Sminer.regnstk({
        beneficiary: miner,
        peerId: new Uint8Array(38),
        stakingVal: 4_000n * TOKEN,
        tibCount: 1,
      }),
    )
  const territoryName = utf8('home')
  run(chain, USER, tx.StorageHandler.mint_territory({ gibCount: 10, territoryName, days: 30 }))
  for (let n = 0; n < 100; n++) {
    run(chain, USER, declaration(chain, n))
    const dealHash = layout(n).fileHash
    const { miners } = chain.read(() => chain.use(pallets.FileBank).deals.assignment(dealHash))
    for (const [i, miner] of miners.entries())
      run(chain, miner, tx.FileBank.transfer_report({ index: i + 1, dealHash }))
  }
  const next = chain.head().number + 1
  chain.read(() => {
    const space = storageOf(chain, 'StorageHandler')
    const bank = storageOf(chain, 'FileBank')
    const home = space.Territory.get(USER, territoryName)
    space.PurchasedSpace.put(1n << 60n)
    const add = (n: number, state: string): Hash => {
      const token = toHex(blake3(u32le(n))) as Hash
      const name = utf8(`t${n}`)
      space.Territory.put(USER, name, { ...home, token, usedSpace: 0n, state, deadline: next })
      space.TerritoryKey.put(token, [USER, name])
      return token
    }
    for (let n = 0; n < 200; n++) {
      space.TerritoryFrozen.put(next, add(n, 'Active'), true)
      space.TerritoryExpired.put(next, add(n + 1_000, 'Frozen'), true)
      space.OrderExpiry.put(next, u32le(n), true)
      bank.Clearing.put([USER, utf8(`none ${n}`)], undefined)
    }
    bank.Clearing.put([USER, territoryName], undefined)
  })
  for (let n = 1_000; n < 1_020; n++) {
    run(chain, USER, declaration(chain, n))
    const { fileHash } = layout(n)
    chain.read(() => {
      const { DealAssignment, DealDeadline } = storageOf(chain, 'FileBank')
      const found = DealAssignment.get(fileHash)
      DealDeadline.remove(found.deadline, fileHash)
      DealDeadline.put(next, fileHash, true)
      DealAssignment.put(fileHash, { ...found, deadline: next })
    })
  }
  chain.read(() => chain.use(pallets.Sminer).registry.retire(MINERS[0]!))
}

for (const [name, config] of Object.entries({
  devnet: { ...DEVNET, roundBlocks: 2 },
  production: { ...PRODUCTION, roundBlocks: 2 },
}))
  test(`the hooks of the worst block leave room for transactions (${name})`, () => {
    const chain = realChain(config)
    loaded(chain)
    chain.build()
    const { events } = chain
    const count = (event: string) => events().filter((e) => e.name === event).length
    assert.equal(count('StorageHandler.TerritoryFrozen'), 200)
    assert.equal(count('StorageHandler.TerritoryExpired'), 200)
    assert.equal(count('FileBank.DealTimedOut'), 20)
    assert.ok(count('Audit.GenerateChallenge') >= 9)
    const system = chain.use(chain.pallets.System)
    const { mandatory } = chain.read(() => system.consumed())
    const { maxBlock, perClass } = system.weights
    assert.ok(
      mandatory.refTime + perClass.normal.maxTotal!.refTime / 4n < maxBlock.refTime,
      `${mandatory.refTime} of ${maxBlock.refTime}`,
    )
  })

test('work that can wait takes what a block has left, and gets done', () => {
  const chain = realChain()
  loaded(chain)
  const left = () => chain.read(() => [...storageOf(chain, 'FileBank').File.entries()].length)
  let most = 0
  for (let block = 0; block < 60 && left() > 0; block++) {
    const before = left()
    chain.build()
    most = Math.max(most, before - left())
  }
  assert.ok(most > 2 && most <= 22, 'more than the two of every block')
  assert.equal(left(), 0)
})
