import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import { encodeUnit } from '@cess/fingerprint'
import { systemClock, systemRandom } from '@cess/ports'
import {
  accountFromPair,
  claimWork,
  codesFromIscc,
  createGatewayClient,
  searchWorks,
  type Work,
} from '@cess/sdk'
import { ask } from './support/client.ts'
import { DAVE, EVE, eventually, type Kit, startKit } from './support/kit.ts'

const digest = (text: string): Uint8Array => blake3(utf8(text))
/** ISCC units of a picture; `flips` of the first bits of its content are different. */
function unitsOf(name: string, { flips = 0, edit = '' } = {}): [string, string, string, string] {
  const body = Uint8Array.from(digest(`content ${name}`))
  for (let i = 0; i < flips; i++) body[i >> 3]! ^= 1 << (i & 7)
  return [
    encodeUnit('META', 'NONE', 64, digest(`meta ${name}`)),
    encodeUnit('CONTENT', 'IMAGE', 256, body),
    encodeUnit('DATA', 'NONE', 256, digest(`data ${name}${edit}`)),
    encodeUnit('INSTANCE', 'NONE', 256, digest(`bytes ${name}${edit}`)),
  ]
}
const claim = ({ chain }: Kit, pair: typeof DAVE, units: readonly string[], more = {}) =>
  claimWork(chain.client, {
    account: accountFromPair(pair),
    title: 'Cat',
    codes: codesFromIscc(units),
    ...more,
  })
const search = (kit: Kit, units: readonly string[], more = '') => {
  const query = units.map((unit) => `iscc=${encodeURIComponent(unit)}`).join('&')
  return ask(`${kit.gateway.url}/rights/search?${query}${more}`, 'GET')
}

test('works are found by what they are like, whether claimed before the gateway started or after', async () => {
  const kit = await startKit({ miners: 0, ready: false })
  try {
    const first = await claim(kit, DAVE, unitsOf('cat'))
    await kit.restart()
    const second = await claim(kit, EVE, unitsOf('cat', { flips: 12, edit: ' drawn' }))
    const hidden = { privacy: 'committed' as const }
    await claim(kit, EVE, unitsOf('cat', { edit: ' hidden' }), hidden)
    const wanted = unitsOf('cat', { flips: 3, edit: ' mine' })
    const { works } = await eventually(async () => {
      const { status, data } = await search(kit, wanted)
      return status === 200 && data.works.length === 2 && data
    })
    assert.deepEqual(
      works.map(({ work, tier, code, differing }: { work: Work } & Record<string, unknown>) => [
        work.id,
        tier,
        code,
        differing,
      ]),
      [
        [first, 'near', 'content', 3],
        [second, 'similar', 'content', 9],
      ],
    )
    const gateway = createGatewayClient({
      url: kit.gateway.url,
      clock: systemClock,
      random: systemRandom,
    })
    const checked = await searchWorks(kit.chain.client, gateway, unitsOf('cat', { flips: 3 }))
    assert.equal(checked.exact?.id, first)
    assert.deepEqual(
      checked.works.map(({ work, tier, differing }) => [work.id, tier, differing]),
      [
        [first, 'near', 0],
        [second, 'similar', 9],
      ],
    )
    const { data } = await search(kit, unitsOf('cat').slice(3))
    assert.equal(data.exact.id, first)
    assert.deepEqual(data.works, [])
    assert.equal((await search(kit, wanted, '&limit=1')).data.works.length, 1)
    const { data: about } = await ask(`${kit.gateway.url}/rights/works/${first}`, 'GET')
    assert.deepEqual(
      [about.work.title, about.work.status, about.licences, about.transfers],
      ['Cat', 'Claimed', [], []],
    )
  } finally {
    await kit.stop()
  }
})

test('what cannot be searched for is refused with what to do', async () => {
  const kit = await startKit({ miners: 0, ready: false })
  try {
    const refused = async (path: string, status = 400): Promise<void> => {
      const answer = await ask(`${kit.gateway.url}${path}`, 'GET')
      assert.equal(answer.status, status, path)
      assert.ok(answer.msg.length > 20)
    }
    const short = encodeUnit('DATA', 'NONE', 64, digest('short'))
    for (const query of [
      '',
      '?iscc=',
      '?iscc=ISCC:AAAA',
      `?iscc=${short}`,
      `?iscc=${'A'.repeat(5_000)}`,
      `?${'iscc=x&'.repeat(6)}`,
      `?iscc=${unitsOf('a')[1]}&limit=0`,
      `?iscc=${unitsOf('a')[1]}&limit=1e9`,
    ])
      await refused(`/rights/search${query}`)
    await refused('/rights/works/1.5')
    await refused('/rights/works/-1')
    await refused('/rights/works/77', 404)
  } finally {
    await kit.stop()
  }
})

test('a gateway that watches challenges copies, and nothing else', async () => {
  const kit = await startKit({ miners: 0, ready: false, settings: { challengeCopies: true } })
  const statusOf = async (id: number) => {
    const { data } = await ask(`${kit.gateway.url}/rights/works/${id}`, 'GET')
    return data.work.status
  }
  try {
    const original = await claim(kit, DAVE, unitsOf('cat'))
    const own = await claim(kit, DAVE, unitsOf('cat', { flips: 1, edit: ' cropped' }))
    const other = await claim(kit, EVE, unitsOf('dog'))
    const far = await claim(kit, EVE, unitsOf('cat', { flips: 30, edit: ' far' }))
    const copy = await claim(kit, EVE, unitsOf('cat', { flips: 5, edit: ' small' }))
    await eventually(async () => (await statusOf(copy)) === 'Disputed')
    for (const id of [original, own, other, far]) assert.equal(await statusOf(id), 'Claimed')
    const disputes = kit.chain.calls.filter(
      ({ type, value }) => type === 'Mdrc' && value.type === 'challenge',
    )
    assert.equal(disputes.length, 1)
  } finally {
    await kit.stop()
  }
})
