import { ROOT } from '@cess/frame'
import type { ServiceProof } from '@cess/podr2'
import { by, idOf, minerName, type TestChain, testChain } from './chain.ts'
import {
  challengeOf,
  emptyShelf,
  keep,
  type RealFile,
  realFile,
  registerTagger,
  type Shelf,
  submitProof,
  tagAll,
  taggerOf,
} from './proofs.ts'
import { prepareUser, registerMiners, store } from './storage.ts'

export const LARGE = realFile('large', 1_000_000)
export const SMALL = realFile('small', 150_000)
export const GATEWAY = taggerOf('gateway')
export const BOB = taggerOf('bob')
export const [X, Y] = [minerName(0), minerName(1)]

/** Where a miner's column of a file is, from 1. */
export const indexOf = (c: TestChain, file: RealFile, miner: string): number =>
  c.run(() => {
    const found = c.storage.FileBank.File.get(file.fileHash)!
    return found.segmentList[0]!.fragmentList.findIndex((f) => f.miner === idOf(miner)) + 1
  })

export interface Scene {
  readonly c: TestChain
  readonly shelves: Readonly<Record<string, Shelf>>
}

/** Twelve miners that hold two files, one tagged by the gateway and one by its owner. */
export function scene({ answerBlocks = 1_000, tagged = true } = {}): Scene {
  const c = testChain({ answerBlocks })
  registerMiners(c, 12)
  prepareUser(c, 'bob')
  const gateway = registerTagger(c, 'gateway', GATEWAY)
  const bob = registerTagger(c, 'bob', BOB)
  const shelves: Record<string, Shelf> = {}
  for (const miner of [X, Y]) shelves[miner] = emptyShelf()
  for (const [file, number, tagger] of [
    [LARGE, gateway, GATEWAY],
    [SMALL, bob, BOB],
  ] as const) {
    store(c, file, 'bob')
    if (!tagged) for (const miner of [X, Y]) keep(shelves[miner]!, file, indexOf(c, file, miner))
    else
      for (const miner of [X, Y]) {
        const own = emptyShelf()
        const index = indexOf(c, file, miner)
        keep(own, file, index)
        tagAll(own, number, tagger)
        keep(shelves[miner]!, file, index)
        shelves[miner]!.tags.set(number, own.tags.get(number)!)
        c.ok(
          by(miner),
          c.tx.FileBank.confirm_tags({
            tagger: number,
            files: [{ fileHash: file.fileHash, index }],
          }),
        )
      }
  }
  return { c, shelves }
}
export const point = (c: TestChain, miner: string) =>
  c.tx.Audit.point_miner_challenge({ miner: idOf(miner) })
/** Challenges a miner, now. */
export function challenge(c: TestChain, miner: string) {
  if (!challengeOf(c, miner)) c.ok(ROOT, point(c, miner))
  return challengeOf(c, miner)!
}
export const lastAudit = (c: TestChain, miner: string) =>
  c.run(() => c.storage.Audit.LastAudit.get(idOf(miner)))
/** How the chain judges an answer; the state stays as it was. */
export function judge({ c }: Scene, miner: string, proof: ServiceProof): boolean {
  c.state.begin()
  try {
    c.ok(by(miner), submitProof(c, proof))
    return c.event('Audit.VerifyProof')['result'] as boolean
  } finally {
    c.state.rollback()
  }
}
