import { type AccountId, equal, type FileId, toHex } from '@cess/bytes'
import { StorageRefusal, type TagsHeader } from '@cess/network'
import { rowCount, TAG_BYTES } from '@cess/podr2'
import type { Tagger } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'
import { codeOf } from '../errors.ts'
import type { Parameters } from './parameters.ts'
import { createTagChecks } from './tag-checks.ts'

const WRONG_TAGS = -2_000
const KNOWN_TAGGERS = 1_000

interface Numbered extends Tagger {
  readonly index: number
}
/** Whose fragment it is, whose tags count for it, and how long it is. */
interface Subject {
  readonly own: boolean
  readonly accounts: ReadonlySet<AccountId>
  readonly size: number
}

/** Takes tags: of our own fragments after checking them, of their siblings unchecked, for a later repair. */
export function createTags(
  ctx: MinerContext,
  report: (peer: string, change: number, reason: string) => void,
  parameters: Parameters,
) {
  const { fragments, tags } = ctx.store
  const checks = createTagChecks(ctx.pool, ctx.clock)
  const indexes = new Map<string, number>()

  async function subjectOf(id: FileId): Promise<Subject> {
    const accounts = new Set<AccountId>()
    const addAccounts = (held: { operator: AccountId; owner: AccountId } | undefined): void => {
      if (held) accounts.add(held.operator).add(held.owner)
    }
    if (await fragments.intact(id)) {
      for (const place of await fragments.usersOf(id)) addAccounts(fragments.column(place))
      return { own: true, accounts, size: fragments.record(id)?.size ?? 0 }
    }
    let size: number | undefined
    // A fragment of ours that got lost: its tags must be checked, and cannot be.
    const segments = fragments.record(id) ? [] : await tags.segmentsOf(id)
    for (const { fileId, segment } of segments)
      for (const column of await fragments.columnsOfFile(fileId)) {
        const ours = fragments.memberAt({ ...column, segment })
        size ??= ours && fragments.record(ours)?.size
        addAccounts(fragments.column(column))
      }
    if (size === undefined)
      throw new StorageRefusal(
        'NotFound',
        'This miner has neither the fragment nor another one of its segment. Send the fragment first.',
      )
    return { own: false, accounts, size }
  }

  /** The registered tagger behind parameters, if it is one of the accounts that may tag this file. */
  async function taggerOf(accounts: ReadonlySet<AccountId>, hash: Uint8Array): Promise<Numbered> {
    const name = toHex(hash)
    const match = async (index: number | undefined): Promise<Numbered | undefined> => {
      const tagger = index === undefined ? undefined : await ctx.cache.tagger(index)
      if (index === undefined || !tagger || !equal(tagger.parameters, hash)) return undefined
      return accounts.has(tagger.owner) ? { ...tagger, index } : undefined
    }
    const known = await match(indexes.get(name))
    if (known) return known
    const best = await ctx.chain.best()
    for (const account of accounts) {
      const found = await match(await best.taggerOf(account))
      if (!found) continue
      if (indexes.size >= KNOWN_TAGGERS) indexes.clear()
      indexes.set(name, found.index)
      return found
    }
    throw new StorageRefusal(
      'NotExpected',
      'These tags are not under the registered key of who declared the file or owns it. Register the key, or tag under the latest one.',
    )
  }

  async function checkOwn(peer: string, id: FileId, tagger: Numbered, given: Uint8Array) {
    const prover = await parameters.of(tagger, peer)
    const path = fragments.path(id)
    const verdict = await checks.check(tagger, prover, { id, path, tags: given })
    if (verdict === 'good') return
    if (verdict === 'damaged') {
      ctx.logger.error({ fragment: id }, 'a fragment on disk is damaged; it is moved aside')
      await fragments.lose(id, 'Corrupt')
      throw new StorageRefusal('NotFound', 'This miner has lost the fragment. Send it again first.')
    }
    report(peer, WRONG_TAGS, 'sent tags that do not match the fragment')
    throw new StorageRefusal('Corrupt', 'The tags do not match the fragment under this key.')
  }

  return async (peer: string, header: TagsHeader, given: Uint8Array): Promise<void> => {
    const id = header.fragmentId
    const { own, accounts, size } = await subjectOf(id)
    const expected = rowCount(size) * TAG_BYTES
    if (given.length !== expected)
      throw new StorageRefusal(
        'Invalid',
        `A fragment of ${size} bytes has ${expected} bytes of tags.`,
      )
    const tagger = await taggerOf(accounts, header.params)
    // Tags that came before the column was complete may be what completes it now.
    const held = own ? tags.get(id, tagger.index) : undefined
    if (held) return tags.put(id, tagger.index, held)
    await fragments.roomFor(given.length).catch((error: unknown) => {
      if (codeOf(error) === 'FULL') throw new StorageRefusal('Full', (error as Error).message)
      throw error
    })
    if (!own) return tags.putSibling(id, tagger.index, given)
    await checkOwn(peer, id, tagger, given)
    await tags.put(id, tagger.index, given)
  }
}
