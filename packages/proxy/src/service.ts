import { type AccountId, concat, equal, fromHex, u32le } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { Logger, Random } from '@cess/ports'
import {
  answerMessage,
  auditCapsule,
  type Capsule,
  contextOf,
  createProxy,
  type DelegatingKey,
  type Delegation,
  type KeyFragment,
  openFragments,
  ReencryptionError,
  type Reencryptor,
} from '@cess/reencryption'
import { ProxyError } from './errors.ts'
import type { ChainGrant, FinalState, ProxyChain } from './port.ts'
import { isSigned, requestMessage, type ShareAnswer, type ShareRequest } from './request.ts'
import { createFragmentStore, type FragmentDb } from './store.ts'

export interface ProxyServiceOptions {
  readonly chain: ProxyChain
  readonly account: AccountId
  /** Signs answers: the account's own sr25519 key. */
  readonly pair: KeyPair
  /** Opens key fragments that were sealed to this proxy. */
  readonly sealKey: DelegatingKey
  readonly db: FragmentDb
  readonly random: Random
  readonly logger: Logger
}

/** What tells one request from another: what was signed, since a signature comes out differently each time. */
const nameOf = (genesis: Uint8Array, proxy: AccountId, request: ShareRequest): string =>
  requestMessage(genesis, proxy, request, request.capsule).toHex()

/** Sealed fragments open for one grant and proxy alone. */
export const sealPurpose = (grant: number, proxy: AccountId): Uint8Array =>
  concat(u32le(grant), fromHex(proxy))

/** Grants whose fragments are kept ready in memory, and requests that are known to be counted. */
const READY = 256
const COUNTED = 10_000

/**
 * Re-encrypts for others: takes the fragments that owners seal to this proxy, answers whom files are shared with, and shows
 * the chain that it works. Every request is checked against finalized state, so that a revoked grant gets no share from
 * the block of finality on.
 */
export function createProxyService(options: ProxyServiceOptions) {
  const { chain, account, pair, sealKey, random, logger } = options
  const store = createFragmentStore(options.db)
  const ready = new Map<string, Reencryptor>()
  /** Uses are counted one request after the other. */
  let counting: Promise<void> = Promise.resolve()
  /** Requests that were counted: whoever has seen one can send it again, and must not use the grant up with it. */
  const counted = new Set<string>()
  /** Grants whose fragments did not fit, which is news once. */
  const unfit = new Set<number>()

  const delegationOf = (id: number, grant: ChainGrant, index: number): Delegation => {
    const { file, epoch, delegator, precursor } = grant.files[index]!
    const { genesis } = chain
    const terms = { genesis, grant: id, epoch, threshold: grant.threshold }
    const context = contextOf({ ...terms, file: Uint8Array.fromHex(file) })
    return { context, delegator, grantee: grant.grantee, precursor }
  }

  function proxyOf(id: number, index: number, delegation: Delegation): Reencryptor | undefined {
    const name = `${id}/${index}`
    const held = ready.get(name)
    if (held) return held
    const fragment = store.get(id)?.[index]
    if (!fragment) return undefined
    const made = createProxy(delegation, fragment)
    if (ready.size >= READY) ready.delete(ready.keys().next().value!)
    ready.set(name, made)
    return made
  }

  const placeIn = (grant: ChainGrant) =>
    grant.places.find(({ proxy, state }) => proxy === account && state !== 'Gone')

  /** Fragments that fit the grant in every respect. @throws ReencryptionError BAD_FRAGMENT */
  async function unseal(
    state: FinalState,
    id: number,
    grant: ChainGrant,
  ): Promise<readonly KeyFragment[]> {
    const [sealed, commitments] = await Promise.all([
      state.sealed(id, account),
      state.commitments(id, account),
    ])
    const list = openFragments(sealKey, sealPurpose(id, account), sealed ?? new Uint8Array())
    const fits =
      list.length === grant.files.length &&
      list.every(({ id: name, commitment }, i) => {
        const known = commitments?.[i]
        return known && equal(known.id, name) && equal(known.commitment, commitment)
      })
    if (!fits)
      throw new ReencryptionError(
        'BAD_FRAGMENT',
        'The fragments are not those that the owner has committed to on chain.',
      )
    for (const [i, fragment] of list.entries()) createProxy(delegationOf(id, grant, i), fragment)
    return list
  }

  /** Counts a use of a grant that has only so many: a request once, however often it comes. */
  async function count(id: number, uses: number, request: string): Promise<void> {
    const turn = counting.then(async () => {
      if (counted.has(request)) return
      const used = store.used(id)
      if (used >= uses)
        throw new ProxyError(
          'USED_UP',
          'This share was used as often as its owner allowed. Ask the owner for another one.',
        )
      await store.use(id, used + 1)
      if (counted.size >= COUNTED) counted.delete(counted.values().next().value!)
      counted.add(request)
    })
    counting = turn.catch(() => undefined)
    return turn
  }

  function reencrypt(id: number, grant: ChainGrant, index: number, capsule: Capsule) {
    const delegation = delegationOf(id, grant, index)
    const proxy = proxyOf(id, index, delegation)
    if (!proxy)
      throw new ProxyError(
        'NOT_HERE',
        'This proxy does not have its part of the share yet. Ask another one.',
      )
    return { share: proxy.reencrypt(capsule, random), context: delegation.context }
  }

  return {
    /**
     * Takes the fragments of a grant that has a place for this proxy, and acknowledges them once they are on disk. Fragments
     * that do not fit are not acknowledged: the owner draws another proxy then. Returns whether it serves.
     */
    async take(id: number): Promise<boolean> {
      const state = await chain.final()
      const grant = await state.grant(id)
      const place = grant && placeIn(grant)
      if (!grant || place?.state !== 'Committed') return place?.state === 'Serving'
      try {
        if (!store.get(id)) await store.put(id, await unseal(state, id, grant))
      } catch (error) {
        if (!(error instanceof ReencryptionError)) throw error
        if (!unfit.has(id))
          logger.warn({ grant: id, reason: error.message }, 'A share cannot be served')
        unfit.add(id)
        return false
      }
      await chain.acknowledge(id)
      return true
    },

    /** @throws ProxyError */
    async answer(request: ShareRequest): Promise<ShareAnswer> {
      const { grant: id, file: index, capsule } = request
      const state = await chain.final()
      const grant = await state.grant(id)
      const shared = grant?.files[index]
      const current = shared && (await state.epoch(grant.owner, shared.file)) === shared.epoch
      if (!grant || !current || grant.status !== 'Active' || state.number >= grant.expiry)
        throw new ProxyError(
          'NO_GRANT',
          'The file is not shared, or not any more: the chain has no such grant that holds. Ask its owner.',
        )
      if (placeIn(grant)?.state !== 'Serving')
        throw new ProxyError('NOT_HERE', 'This proxy does not serve the share. Ask another one.')
      if (!isSigned(chain.genesis, account, request, grant.grantee, state.number))
        throw new ProxyError(
          'NOT_ALLOWED',
          'The request is not signed by whom the file is shared with, or too long ago. Use the account that it was shared with, and check the clock of your node.',
        )
      let made: ReturnType<typeof reencrypt>
      try {
        made = reencrypt(id, grant, index, capsule)
      } catch (error) {
        if (!(error instanceof ReencryptionError)) throw error
        throw new ProxyError('BAD_CAPSULE', error.message)
      }
      if (grant.uses !== undefined)
        await count(id, grant.uses, nameOf(chain.genesis, account, request))
      const message = answerMessage(made.context, state.number, capsule, made.share)
      return { share: made.share, block: state.number, signature: pair.sign(message) }
    },

    /** Answers the open audit when it is of a grant that this proxy serves. Returns whether it did. */
    async audit(): Promise<boolean> {
      const state = await chain.final()
      const open = await state.audit()
      const grant = open && (await state.grant(open.grant))
      if (!open || !grant || placeIn(grant)?.state !== 'Serving') return false
      const capsule = auditCapsule(grant.files[0]!.delegator, open.seed)
      await chain.answerAudit(reencrypt(open.grant, grant, 0, capsule).share)
      return true
    },

    /** Grants that fragments are kept of. */
    held: store.held,
    /** Deletes the fragments of a grant that is over. Returns whether there was nothing to keep. */
    async forget(id: number): Promise<boolean> {
      const grant = await (await chain.final()).grant(id)
      const over = grant?.status === 'Revoked' || grant?.status === 'Ended' || !grant
      if (!over && placeIn(grant)) return false
      for (const name of [...ready.keys()]) if (name.startsWith(`${id}/`)) ready.delete(name)
      unfit.delete(id)
      await store.remove(id)
      return true
    },
  }
}
export type ProxyService = ReturnType<typeof createProxyService>
