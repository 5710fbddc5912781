import { type FileId, fromHex, utf8 } from '@cess/bytes'
import { blake2b256, blake3 } from '@cess/crypto'
import {
  createTagger,
  initPodr2,
  openChunk,
  possessionContext,
  prove,
  ROW_BYTES,
  type ServiceProof,
  serviceProof,
  TAG_BYTES,
  type Tagger,
} from '@cess/podr2'
import { FRAGMENTS, fileIdOf, fragmentSize, segmentId, segmentLengths } from '@cess/primitives'
import { encode } from '@cess/scale'
import type { ChallengeInfo } from '../../src/audit/types.ts'
import { by, GENESIS_HASH, idOf, keyOf, type TestChain } from './chain.ts'
import type { Layout } from './storage.ts'

await initPodr2()

/** Bytes that look random and are always the same for one name. */
function noise(name: string, length: number): Uint8Array {
  const out = new Uint8Array(length)
  let block = blake2b256(utf8(name))
  for (let at = 0; at < length; at += 32) {
    block = blake2b256(block)
    out.set(block.subarray(0, Math.min(32, length - at)), at)
  }
  return out
}

export interface RealFile extends Layout {
  /** Fragments by segment and place. */
  readonly fragments: readonly (readonly Uint8Array[])[]
}

/** A file with fragments that exist, so that they can be opened and tagged. */
export function realFile(name: string, size: number): RealFile {
  const fragments = segmentLengths(size).map((length, segment) =>
    Array.from({ length: FRAGMENTS }, (_, i) =>
      noise(`${name}/${segment}/${i}`, fragmentSize(length)),
    ),
  )
  const dealInfo = fragments.map((list, i) => {
    const fragmentList = list.map((bytes) => blake3(bytes).toHex() as FileId)
    return { hash: segmentId(segmentLengths(size)[i]!, fragmentList), fragmentList }
  })
  return { fragments, dealInfo, fileHash: fileIdOf(size, dealInfo), fileSize: BigInt(size) }
}

export const taggerOf = (name: string): Tagger => createTagger(blake2b256(utf8(`tagger ${name}`)))

export const registration = (c: TestChain, who: string, tagger: Tagger, context = contextOf(who)) =>
  c.tx.Audit.register_tagger({
    verifier: tagger.verifier,
    parameters: tagger.parametersHash,
    possession: tagger.provePossession(context),
  })
export const contextOf = (who: string, genesis = GENESIS_HASH): Uint8Array =>
  possessionContext(fromHex(genesis), keyOf(who).publicKey)

/** Registers a tagger key of an account and returns its number. */
export function registerTagger(c: TestChain, who: string, tagger: Tagger): number {
  c.ok(by(who), registration(c, who, tagger))
  return c.event('Audit.TaggerRegistered')['tagger'] as number
}

/** What a miner keeps: fragments by id, and tags by tagger number. */
export interface Shelf {
  readonly fragments: Map<string, Uint8Array>
  readonly tags: Map<number, { readonly tagger: Tagger; readonly tags: Map<string, Uint8Array> }>
}
export const emptyShelf = (): Shelf => ({ fragments: new Map(), tags: new Map() })

/** Puts column `index` (from 1) of a file on the shelf; with a tagger also its tags. */
export function keep(shelf: Shelf, file: RealFile, index: number): void {
  for (const list of file.fragments) {
    const fragment = list[index - 1]!
    shelf.fragments.set(blake3(fragment).toHex(), fragment)
  }
}
export function tagAll(shelf: Shelf, number: number, tagger: Tagger): void {
  const tags = new Map<string, Uint8Array>()
  for (const [id, fragment] of shelf.fragments)
    tags.set(id, tagger.tag(Uint8Array.fromHex(id), fragment))
  shelf.tags.set(number, { tagger, tags })
}

/** An honest answer to a challenge, from what is on the shelf. */
export function answerOf(shelf: Shelf, open: ChallengeInfo): ServiceProof {
  const numbers = [...new Set(open.rows.map((row) => row.tagger))].toSorted((a, b) => a - b)
  const groups = numbers.map((number) => {
    const { tagger, tags } = shelf.tags.get(number)!
    const rows = open.rows
      .filter((row) => row.tagger === number)
      .map(({ fragment, row }) => {
        const id = fragment.toHex()
        const at = row * ROW_BYTES
        return {
          fragmentId: fragment,
          row,
          data: shelf.fragments.get(id)!.subarray(at, at + ROW_BYTES),
          tag: tags.get(id)!.subarray(row * TAG_BYTES, (row + 1) * TAG_BYTES),
        }
      })
    const { verifier, parameters } = tagger
    return {
      tagger: number,
      proof: prove({ verifier, parameters, seed: open.seed, tagger: number, rows }),
    }
  })
  const openings = open.openings.map(({ fragment, chunk }) =>
    openChunk(shelf.fragments.get(fragment.toHex())!, chunk),
  )
  return { groups, openings }
}

export const submitProof = (c: TestChain, proof: ServiceProof) =>
  c.tx.Audit.submit_service_proof({ serviceProve: encode(serviceProof, proof) })

export const challengeOf = (c: TestChain, miner: string): ChallengeInfo | undefined =>
  c.run(() => c.storage.Audit.ChallengeSnapShot.get(idOf(miner)))
