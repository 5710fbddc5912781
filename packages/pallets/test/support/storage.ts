import assert from 'node:assert/strict'
import { type AccountId, type FileId, fromHex, u32le, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import type { RuntimeCall } from '@cess/frame'
import {
  FRAGMENTS,
  fileIdOf,
  receiptPayload,
  type SegmentList,
  segmentId,
  segmentLengths,
} from '@cess/primitives'
import {
  by,
  COLLATERAL,
  GENESIS_HASH,
  idOf,
  keyOf,
  minerName,
  type TestChain,
  TIB,
} from './chain.ts'

export const HOME = utf8('home')
const PEER = new Uint8Array(38).fill(1)

/** Registers the miners `from` … `from + count - 1`, each with its own account as beneficiary. */
export function registerMiners(c: TestChain, count: number, from = 0, tibCount = 1): void {
  for (let n = from; n < from + count; n++)
    c.ok(
      by(minerName(n)),
      c.tx.Sminer.regnstk({
        beneficiary: idOf(minerName(n)),
        peerId: PEER,
        stakingVal: COLLATERAL * BigInt(tibCount),
        tibCount,
      }),
    )
}

/** Space for tests: a territory `home` of `gibCount`, and the gateway as operator. */
export function prepareUser(c: TestChain, who: string, gibCount = 100, days = 3_000): void {
  c.ok(by(who), c.tx.StorageHandler.mint_territory({ gibCount, territoryName: HOME, days }))
  c.ok(by(who), c.tx.Oss.authorize({ operator: idOf('gateway') }))
}

export interface Layout {
  readonly fileHash: FileId
  readonly fileSize: bigint
  readonly dealInfo: readonly SegmentList[]
}

/** A file of this length whose fragments nobody has seen: its ids follow from the name. */
export function layoutOf(name: string, size = 1_000): Layout {
  const dealInfo = segmentLengths(size).map((length, segment) => {
    const fragmentList = Array.from(
      { length: FRAGMENTS },
      (_, i) => blake3(utf8(`${name}/${segment}/${i}`)).toHex() as FileId,
    )
    return { hash: segmentId(length, fragmentList), fragmentList }
  })
  return { fileHash: fileIdOf(size, dealInfo), fileSize: BigInt(size), dealInfo }
}

export const declaration = (
  c: TestChain,
  layout: Layout,
  owner: string,
  { territoryName = HOME, bucketName = utf8(''), fileName = utf8('file') } = {},
): RuntimeCall =>
  c.tx.FileBank.upload_declaration({
    ...layout,
    userBrief: { user: idOf(owner), fileName, bucketName, territoryName },
  })

export const assignmentOf = (c: TestChain, fileHash: FileId) =>
  c.run(() => c.storage.FileBank.DealAssignment.get(fileHash))

const names = new Map(Array.from({ length: 40 }, (_, n) => [idOf(minerName(n)), minerName(n)]))
/** The name of a miner's account. */
export const nameOf = (miner: AccountId): string => names.get(miner)!

export const receiptOf = (
  fileHash: FileId,
  index: number,
  miner: string,
  genesis = GENESIS_HASH,
) => ({
  index,
  signature: keyOf(miner).sign(
    receiptPayload(fromHex(genesis), fileHash, index, keyOf(miner).publicKey),
  ),
})

/** Receipts of all miners of a deal that have not reported, or of those at these places. */
export function receiptsOf(c: TestChain, fileHash: FileId, only?: readonly number[]) {
  const { miners } = assignmentOf(c, fileHash)!
  const deal = c.run(() => c.storage.FileBank.DealMap.get(fileHash))!
  const done = new Set(deal.completeList.map((one) => one.index))
  return miners.flatMap((miner, i) => {
    const wanted = only ? only.includes(i + 1) : !done.has(i + 1)
    return wanted ? [receiptOf(fileHash, i + 1, nameOf(miner))] : []
  })
}

/** Declares a file by the gateway and has all its miners report. */
export function store(c: TestChain, layout: Layout, owner: string, options = {}): void {
  c.ok(by('gateway'), declaration(c, layout, owner, options))
  const receipts = receiptsOf(c, layout.fileHash)
  c.ok(by('gateway'), c.tx.FileBank.submit_receipts({ dealHash: layout.fileHash, receipts }))
}

export const minerInfo = (c: TestChain, n: number) =>
  c.run(() => c.storage.Sminer.MinerItems.get(idOf(minerName(n))))!

/** A number that is the same in every run. */
export const seeded = (seed: number) => blake3(u32le(seed))

/** What must hold after every block, whatever happened. */
export function invariants(c: TestChain): void {
  c.run(() => {
    const { FileBank, Sminer, StorageHandler, System, Audit } = c.storage
    const locked = new Map<AccountId, bigint>()
    const service = new Map<AccountId, bigint>()
    const add = (map: Map<AccountId, bigint>, who: AccountId, bytes: bigint) =>
      map.set(who, (map.get(who) ?? 0n) + bytes)
    const space = new Map<string, { used: bigint; locked: bigint }>()
    const at = (owner: AccountId, name: Uint8Array) => {
      const key = `${owner}/${name.toHex()}`
      const found = space.get(key) ?? { used: 0n, locked: 0n }
      space.set(key, found)
      return found
    }
    const deals = [...FileBank.DealMap.entries()]
    for (const [[hash], deal] of deals) {
      const { miners, columnBytes, deadline, operator } = FileBank.DealAssignment.get(hash)!
      assert.equal(FileBank.DealDeadline.has(deadline, hash), true)
      assert.equal(new Set(miners).size, FRAGMENTS, 'twelve different miners')
      for (const miner of miners) add(locked, miner, columnBytes)
      const owners = [{ user: deal.user, operator }, ...FileBank.DealClaims.get(hash)]
      for (const { user } of owners)
        at(user.user, user.territoryName).locked += columnBytes * BigInt(FRAGMENTS)
    }
    assert.equal([...FileBank.DealAssignment.entries()].length, deals.length)
    assert.equal([...FileBank.DealDeadline.entries()].length, deals.length)
    let stored = 0n
    for (const [[hash], file] of FileBank.File.entries()) {
      const columns = [...FileBank.Column.entries(hash)]
      const lost = [...FileBank.LostColumn.entries(hash)]
      assert.equal(columns.length + lost.length, FRAGMENTS)
      for (const [[, index], column] of columns) {
        add(service, column.miner, column.bytes)
        stored += column.bytes
        const place = FileBank.MinerColumn.get(column.miner, column.position)
        assert.deepEqual(place, { file: hash, index })
      }
      for (const { user, territoryName } of file.owner) {
        at(user, territoryName).used += c.api.fileBank.files.bytesOf(file)
        assert.equal(FileBank.UserFiles.has(user, territoryName, hash), true)
      }
      assert.ok(file.owner.length > 0)
    }
    assert.equal(StorageHandler.TotalServiceSpace.get(), stored)
    for (const [[owner, name], t] of StorageHandler.Territory.entries()) {
      const { used, locked } = at(owner, name)
      assert.equal(t.usedSpace, used, 'used space is that of the files')
      assert.equal(t.lockedSpace, locked, 'locked space is that of the deals')
      assert.equal(t.usedSpace + t.lockedSpace + t.remainingSpace, t.totalSpace)
      assert.ok(t.remainingSpace >= 0n)
      const [keyOwner, keyName] = StorageHandler.TerritoryKey.get(t.token)!
      assert.deepEqual([keyOwner, keyName.toHex()], [owner, name.toHex()])
    }
    let items = 0
    const collateral = new Map<AccountId, bigint>()
    for (const [[who], m] of Sminer.MinerItems.entries()) {
      items++
      assert.equal(m.lockSpace, locked.get(who) ?? 0n, 'locked space is that of the deals')
      assert.equal(m.serviceSpace, service.get(who) ?? 0n, 'service space is that of the columns')
      assert.equal(m.idleSpace + m.lockSpace + m.serviceSpace, m.declarationSpace)
      assert.equal(c.api.fileBank.columns.bytesOf(who), m.serviceSpace)
      assert.ok(m.idleSpace >= 0n)
      assert.equal(m.declarationSpace % TIB, 0n)
      add(collateral, m.stakingAccount, m.collaterals)
      const position = Sminer.PositionOf.get(who)
      if (m.state === 'positive') assert.notEqual(position, undefined)
      if (position !== undefined) {
        assert.equal(Sminer.MinerAt.get(position), who)
        assert.ok(m.state === 'positive' || m.state === 'frozen')
      }
    }
    assert.equal(items, Sminer.CounterForMinerItems.get())
    assert.equal([...Sminer.MinerAt.entries()].length, Sminer.InService.get())
    let total = 0n
    for (const [[who], { data }] of System.Account.entries()) {
      total += data.free + data.reserved
      assert.equal(data.reserved, collateral.get(who) ?? 0n, 'reserves are collateral')
    }
    assert.equal(total, c.api.balances.issuance())
    const open = [...Audit.ChallengeSnapShot.entries()]
    assert.equal([...Audit.ChallengeSlip.entries()].length, open.length)
    const { reward } = c.api.cessTreasury.pots
    const reserve = c.storage.CessTreasury.ReserveReward.get()
    assert.ok(reserve >= 0n && c.api.balances.free(reward) >= reserve)
  })
}
