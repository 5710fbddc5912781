import { fromHex, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import { claimCommitment, codesCommitment, voteCommitment } from '../../src/index.ts'
import type { Claim, Codes, Terms, WorkInfo } from '../../src/mdrc/types.ts'
import { by, GENESIS_HASH, idOf, type TestChain, TOKEN } from './chain.ts'

export const GENESIS = fromHex(GENESIS_HASH)
export const SALT = new Uint8Array(32).fill(9)
export const digest = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(blake3(utf8(text)))

/** Codes of a picture with this name; `flips` of the first bits of its content are different. */
export function codesOf(name: string, { flips = 0, edit = '' } = {}): Codes {
  const body = digest(`content ${name}`)
  for (let i = 0; i < flips; i++) body[i >> 3]! ^= 1 << (i & 7)
  const bytes = `${name}${edit}`
  return {
    meta: digest(`meta ${name}`).slice(0, 8),
    content: { kind: 'Image', body },
    data: digest(`data ${bytes}`),
    instance: digest(`bytes ${bytes}`),
  }
}
export const claimOf = (owner: string, codes: Codes, more: Partial<Claim> = {}): Claim => ({
  title: utf8('A picture'),
  fingerprint: { type: 'Public', value: codes },
  file: undefined,
  parents: [],
  owners: [{ account: idOf(owner), bps: 10_000 }],
  consent: 1,
  metadata: undefined,
  c2pa: undefined,
  ...more,
})
export const commitCall = (c: TestChain, who: string, claim: Claim, salt = SALT) =>
  c.tx.Mdrc.commit({ commitment: claimCommitment(GENESIS, idOf(who), salt, claim) })
export const claimCall = (c: TestChain, claim: Claim, salt = SALT) =>
  c.tx.Mdrc.claim({ claim, salt })

/** Commits, waits for the next block, claims. Returns the work's number. */
export function register(c: TestChain, who: string, claim: Claim): number {
  const id = c.run(() => c.storage.Mdrc.NextWork.get())
  c.ok(by(who), commitCall(c, who, claim))
  c.blocks()
  c.ok(by(who), claimCall(c, claim))
  return id
}
export const workOf = (c: TestChain, id: number): WorkInfo =>
  c.run(() => c.storage.Mdrc.Works.get(id))!
export const sealed = (codes: Codes, salt = SALT) =>
  ({ type: 'Committed', value: codesCommitment(salt, codes) }) as const

export const termsOf = (more: Partial<Terms> = {}): Terms => ({
  text: digest('terms'),
  id: utf8('CC-BY-4.0'),
  flags: 0b111,
  fee: 1_000n * TOKEN,
  royalty: 1_000,
  blocks: undefined,
  access: undefined,
  ...more,
})
/** Offers a licence; returns its number. */
export function offerLicence(c: TestChain, owner: string, work: number, more = {}): number {
  const licence = c.run(() => c.storage.Mdrc.NextLicence.get(work))
  const action = { type: 'OfferLicence', value: termsOf(more) } as const
  c.ok(by(owner), c.tx.Mdrc.propose({ work, action }))
  return licence
}
export const buyCall = (c: TestChain, work: number, licence: number, more = {}) =>
  c.tx.Mdrc.buy_licence({
    ...{ work, licence, reader: undefined, maxFee: 1_000n * TOKEN, proxyFee: 0n },
    ...more,
  })
export const disputeOf = (c: TestChain, id: number) => c.run(() => c.storage.Mdrc.Disputes.get(id))!

/** Everybody on the panel votes so: `upheld(i)` for its seats in order, undefined for who does not show the vote. */
export function voteAll(
  c: TestChain,
  nameOf: (account: string) => string,
  dispute: number,
  upheld: (seat: number) => boolean | undefined,
): string[] {
  const { panel, round } = disputeOf(c, dispute)
  const names = panel.map(({ juror }) => nameOf(juror))
  const at = (name: string) => ({ dispute, round, juror: idOf(name) })
  for (const [i, name] of names.entries()) {
    const vote = voteCommitment(GENESIS, at(name), SALT, upheld(i) ?? true)
    c.ok(by(name), c.tx.Mdrc.vote({ dispute, vote }))
  }
  while (disputeOf(c, dispute).stage === 'Voting') c.blocks()
  for (const [i, name] of names.entries()) {
    const vote = upheld(i)
    if (vote !== undefined)
      c.ok(by(name), c.tx.Mdrc.reveal_vote({ dispute, upheld: vote, salt: SALT }))
  }
  while (disputeOf(c, dispute).stage === 'Revealing') c.blocks()
  return names
}
