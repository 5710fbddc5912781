import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import { encodeUnit, genIsccCode } from '@cess/fingerprint'
import {
  acceptOffer,
  accountFromUri,
  approve,
  buyLicence,
  challengeWork,
  claimWork,
  codesFromIscc,
  findWork,
  getAgreement,
  getDispute,
  getWork,
  isccOf,
  listAgreements,
  listLicences,
  listOffers,
  listProposals,
  listTransfers,
  listWorks,
  offerLicence,
  offerShare,
  openWork,
  propose,
  respond,
  revealVote,
  setJuror,
  tendGrants,
  vote,
} from '../src/index.ts'
import { key } from './support/chain.ts'
import { DAVE, EVE } from './support/kit.ts'
import { FEE, random, world } from './support/sharing.ts'

const FERDIE = accountFromUri('//Ferdie')
const digest = (text: string): Uint8Array => blake3(utf8(text))
const codesOf = (name: string, edit = '') =>
  codesFromIscc([
    encodeUnit('META', 'NONE', 64, digest(`meta ${name}`)),
    encodeUnit('CONTENT', 'IMAGE', 256, digest(`content ${name}`)),
    encodeUnit('DATA', 'NONE', 256, digest(`data ${name}${edit}`)),
    encodeUnit('INSTANCE', 'NONE', 256, digest(`bytes ${name}${edit}`)),
  ])
const TERMS = {
  ...{ text: digest('terms'), id: 'CC-BY-NC-4.0', commercial: false, derivatives: true },
  ...{ aiTraining: false, fee: 3n * FEE, royalty: 500 },
}

describe('rights', () => {
  test('a work is claimed with what its codes say, and found by its bytes', async () => {
    const { chain, fid } = await world()
    const codes = codesOf('picture')
    const committed: number[] = []
    const work = await claimWork(chain, {
      ...{ account: DAVE, title: 'Ein Bild', codes, file: fid },
      onCommitted: (block) => committed.push(block),
    })
    const found = await getWork(chain, work)
    assert.deepEqual(
      [found.title, found.status, found.creator, found.file, found.privacy],
      ['Ein Bild', 'Claimed', DAVE.id, fid, 'public'],
    )
    assert.equal(found.committed, committed[0])
    assert.ok(found.committed < found.claimed)
    assert.deepEqual(codesFromIscc(Object.values(found.codes!).slice(1) as string[]), codes)
    assert.equal(
      found.codes!.iscc,
      genIsccCode(Object.values(isccOf(codes)).slice(1) as string[]).iscc,
    )
    assert.deepEqual(await findWork(chain, codes), found)
    assert.equal(await findWork(chain, codesOf('other')), undefined)
    assert.deepEqual(await listWorks(chain, DAVE.id), [found])
    await assert.rejects(getWork(chain, 9), { code: 'NOT_FOUND' })
    await assert.rejects(claimWork(chain, { account: DAVE, title: 'x'.repeat(129), codes }), {
      code: 'BAD_NAME',
    })
    await assert.rejects(claimWork(chain, { account: EVE, title: 'Mine', codes }), /Duplicate/)
  })

  test('a claim that was interrupted goes on from its commitment', async () => {
    const { chain } = await world()
    const options = { account: DAVE, title: 'Bild', codes: codesOf('picture') }
    const stop = (): never => {
      throw new Error('power cut')
    }
    await assert.rejects(claimWork(chain, { ...options, onCommitted: stop }), /power cut/)
    const committed: number[] = []
    const note = (block: number): void => void committed.push(block)
    const work = await claimWork(chain, { ...options, onCommitted: note })
    assert.equal((await getWork(chain, work)).committed, committed[0])
  })

  test('a committed work shows no codes until its owner opens it with the file alone', async () => {
    const { chain } = await world()
    const codes = codesOf('secret')
    const options = { account: DAVE, title: 'Untitled', codes, privacy: 'committed' } as const
    const work = await claimWork(chain, options)
    const before = await getWork(chain, work)
    assert.deepEqual(
      [before.status, before.privacy, before.codes],
      ['Sealed', 'committed', undefined],
    )
    const bad = { code: 'BAD_CODES' }
    const own = { account: DAVE, work }
    await assert.rejects(openWork(chain, { ...own, candidates: [codesOf('other')] }), bad)
    // Nobody else has the salt.
    await assert.rejects(openWork(chain, { ...own, account: EVE, candidates: [codes] }), bad)
    await openWork(chain, { ...own, candidates: [codesOf('other'), codes] })
    await assert.rejects(openWork(chain, { ...own, candidates: [codes] }), bad)
    assert.equal((await getWork(chain, work)).codes!.instance, isccOf(codes).instance)
  })

  test('a licence is bought, and the owner’s software gives the access that was paid for', async () => {
    const { chain, fid, header, takeAll, open, read, bytes } = await world()
    const work = await claimWork(chain, {
      ...{ account: DAVE, title: 'Film', codes: codesOf('film'), file: fid },
    })
    const access = { threshold: 3, proxies: 5 }
    const { licence } = await offerLicence(chain, DAVE, work, { ...TERMS, blocks: 300, access })
    const [offered] = await listLicences(chain, work)
    assert.deepEqual(
      [offered!.id, offered!.derivatives, offered!.commercial, offered!.fee, offered!.offered],
      [TERMS.id, true, false, TERMS.fee, true],
    )
    const order = { account: EVE, work, licence: licence!, maxFee: TERMS.fee, proxyFee: 5n * FEE }
    await assert.rejects(buyLicence(chain, { ...order, maxFee: 1n }), /TooDear/)
    const { agreement, grant } = await buyLicence(chain, order)
    assert.equal((await getAgreement(chain, agreement)).state, 'Waiting')
    const tend = () => tendGrants(chain, { account: DAVE, random, header: async () => header })
    assert.deepEqual(await tend(), [{ grant, completed: 5, redrawn: false }])
    assert.deepEqual(await tend(), [])
    await takeAll(grant!)
    assert.equal((await getAgreement(chain, agreement)).state, 'Held')
    assert.deepEqual(await read(fid, await open(grant!)), bytes)
    assert.deepEqual(
      (await listAgreements(chain, { licensee: EVE.id })).map(({ id }) => id),
      [agreement],
    )
    assert.equal((await listAgreements(chain, { work })).length, 1)
    const derived = await claimWork(chain, {
      ...{ account: EVE, title: 'Remix', codes: codesOf('remix') },
      parents: [{ work, agreement }],
    })
    assert.deepEqual((await getWork(chain, derived)).parents, [{ work, royalty: 500 }])
  })

  test('proxies that are late are replaced', async () => {
    const { chain, kit, share, header, proxies, takeAll, open, read, fid, bytes } = await world()
    const grant = await share()
    const { query } = await kit.chain.finalized()
    const drawn = (await query.Reencryption.Grants(grant))!.places.map(({ proxy }) => proxy)
    for (const proxy of drawn.slice(0, 3)) await proxies.get(proxy)!.take(grant)
    const options = { account: DAVE, random, header: async () => header }
    assert.deepEqual(await tendGrants(chain, options), [])
    kit.chain.empty(40)
    assert.deepEqual(await tendGrants(chain, options), [{ grant, completed: 2, redrawn: true }])
    await takeAll(grant)
    assert.deepEqual(await read(fid, await open(grant)), bytes)
  })

  test('a near copy is challenged, and jurors decide when its owner answers', async () => {
    const { chain, kit } = await world()
    const prior = await claimWork(chain, { account: DAVE, title: 'Cat', codes: codesOf('cat') })
    const copy = await claimWork(chain, { account: EVE, title: 'Cat', codes: codesOf('cat', ' 2') })
    const jurors = [1, 2, 3, 4, 5].map((n) => accountFromUri(`//Miner//${n}`))
    for (const juror of jurors) await setJuror(chain, juror, true)
    const dispute = await challengeWork(chain, FERDIE, copy, prior)
    await respond(chain, EVE, dispute)
    for (const [i, juror] of jurors.entries()) await vote(chain, juror, dispute, i < 3)
    await assert.rejects(revealVote(chain, jurors[0]!, dispute), /NoDispute/)
    const due = (await getDispute(chain, dispute)).due
    kit.chain.empty(due - kit.chain.finalizedNumber() + 1)
    const shown = []
    for (const juror of jurors) shown.push(await revealVote(chain, juror, dispute))
    assert.deepEqual(shown, [true, true, true, false, false])
    await assert.rejects(revealVote(chain, FERDIE, dispute), { code: 'NOT_FOUND' })
    kit.chain.empty(40)
    assert.equal((await getWork(chain, copy)).status, 'Refused')
    assert.equal((await getWork(chain, prior)).status, 'Confirmed')
    await setJuror(chain, jurors[0]!, false)
  })

  test('shares are offered and taken, and owners agree on what they do', async () => {
    const { chain } = await world()
    const work = await claimWork(chain, {
      ...{ account: DAVE, title: 'Song', codes: codesOf('song'), consent: 2 },
      owners: [
        { account: DAVE.id, bps: 9_000 },
        { account: FERDIE.id, bps: 1_000 },
      ],
    })
    const offer = await offerShare(chain, DAVE, { work, to: EVE.id, bps: 4_000, price: FEE })
    assert.deepEqual(
      (await listOffers(chain, EVE.id)).map(({ id, price }) => [id, price]),
      [[offer, FEE]],
    )
    await acceptOffer(chain, EVE, offer, FEE)
    assert.equal((await listTransfers(chain, work))[0]!.bps, 4_000)
    const { licence, proposal } = await offerLicence(chain, EVE, work, TERMS)
    assert.equal(licence, undefined)
    assert.deepEqual(await listProposals(chain, work), [
      { id: proposal, action: 'OfferLicence', approvals: [EVE.id] },
    ])
    await approve(chain, FERDIE, work, proposal)
    assert.equal((await listLicences(chain, work)).length, 1)
    const { done } = await propose(chain, DAVE, work, { type: 'Revoke', value: undefined })
    assert.equal(done, false)
  })
})

test('codes that are no whole set are refused', () => {
  const [meta, data] = [
    encodeUnit('META', 'NONE', 64, digest('m')),
    encodeUnit('DATA', 'NONE', 64, digest('d')),
  ]
  const instance = encodeUnit('INSTANCE', 'NONE', 256, digest('i'))
  for (const units of [[], [meta], [meta, data, instance], [meta, meta, instance]])
    assert.throws(() => codesFromIscc(units), { code: 'BAD_CODES' })
  assert.ok(key('//Dave'))
})
