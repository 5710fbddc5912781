// Rights on a network of real processes, by the command line as users have it: claims, copies, shares, certificates.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Cess, cess } from '@cess/localnet/cess'
import { systemClock } from '@cess/ports'
import { refused, startTestNetwork, type TestNetwork } from './support/network.ts'

const picture = (name: string): string =>
  join(import.meta.dirname, '../../../apps/localnet/assets', name)
interface Work {
  readonly id: number
  readonly status: string
  readonly codes?: { readonly content: string }
  readonly owners: readonly { readonly account: string; readonly bps: number }[]
}
let folder = ''
let network: TestNetwork
let [dave, eve]: [Cess, Cess] = [undefined as never, undefined as never]

before(async () => {
  network = await startTestNetwork()
  ;({ folder } = network)
  dave = network.as('//Dave')
  eve = network.as('//Eve')
})
after(() => network.stop())

const show = async (who: Cess, work: number): Promise<Work> =>
  (await who.must('rights', 'show', String(work)))['work'] as Work

test('a work is claimed once, found by a copy, and the copy is challenged by the gateway', async () => {
  const made = await dave.must('rights', 'claim', picture('harbour.jpg'), '--title', 'Harbour')
  assert.equal((made['work'] as Work).id, 0)
  assert.equal(await refused(eve, 'rights', 'claim', picture('harbour.jpg')), 'Mdrc.Duplicate')
  const found = await eve.must('rights', 'search', picture('harbour-small.jpg'))
  const [near] = found['works'] as { work: Work; tier: string; differing: number }[]
  assert.deepEqual([near!.work.id, near!.tier], [0, 'near'])
  const copy = await eve.must('rights', 'claim', picture('harbour-small.jpg'))
  const { id } = copy['work'] as Work
  while ((await show(eve, id)).status !== 'Disputed') await systemClock.sleep(500)
  assert.equal((await show(dave, 0)).status, 'Claimed')
})

test('a draft is claimed without showing what it is, and opened later', async () => {
  const file = join(folder, 'draft.txt')
  writeFileSync(
    file,
    Array.from({ length: 200 }, (_, i) => `Sentence ${i * i} of a draft.`).join(' '),
  )
  const described = ['--description', 'The first draft']
  const made = await dave.must('rights', 'claim', file, '--privacy', 'committed', ...described)
  const work = made['work'] as Work & { title: string }
  assert.deepEqual([work.status, work.codes, work.title], ['Sealed', undefined, 'Untitled'])
  writeFileSync(join(folder, 'other.txt'), `${readFileSync(file, 'utf8')} And more.`)
  const other = join(folder, 'other.txt')
  assert.equal(await refused(dave, 'rights', 'open', String(work.id), other), 'BAD_CODES')
  assert.equal(await refused(dave, 'rights', 'open', String(work.id), file), 'BAD_CODES')
  await dave.must('rights', 'open', String(work.id), file, ...described)
  assert.equal((await show(eve, work.id)).status, 'Claimed')
})

test('a share is sold', async () => {
  const { address } = (await eve.must('balance')) as { address: string }
  const offered = await dave.must(
    ...['rights', 'transfer', '0', '--to', address, '--percent', '12.5', '--price', '3'],
  )
  const offer = String(offered['offer'])
  assert.equal(await refused(eve, 'rights', 'accept', offer), 'Mdrc.TooDear')
  await eve.must('rights', 'accept', offer, '--max-price', '3')
  const { owners } = await show(eve, 0)
  assert.equal(owners.find(({ account }) => account === address)!.bps, 1_250)
})

test('a certificate is checked offline, and no other network’s genesis will do', async () => {
  const file = join(folder, 'work.json')
  const page = join(folder, 'work.html')
  const made = await dave.must('rights', 'certificate', '0', '-o', file, '--page', page)
  assert.match(readFileSync(page, 'utf8'), /<svg/)
  const { genesis } = made['certified'] as { genesis: string }
  const nowhere = { node: 'ws://127.0.0.1:9', gateway: 'http://127.0.0.1:9' }
  const offline = cess({ ...nowhere, key: '//Eve', home: folder })
  const checked = await offline.must('rights', 'verify', file, '--genesis', genesis)
  assert.deepEqual([checked['proven'], (checked['work'] as Work).id], [true, 0])
  const served = await fetch(`${network.gateway}/rights/certificate/0`)
  const { data } = (await served.json()) as { data: object }
  writeFileSync(join(folder, 'served.json'), JSON.stringify(data))
  await offline.must('rights', 'verify', join(folder, 'served.json'), '--genesis', genesis)
  const paper = await (await fetch(`${network.gateway}/rights/certificate/0?page`)).text()
  assert.match(paper, /first claimed at block/)
  assert.match(
    await (await fetch(`${network.gateway}/rights/verify`)).text(),
    /Check a certificate/,
  )
  assert.equal((await fetch(`${network.gateway}/rights/certificate/99`)).status, 404)
  const other = `0x${'12'.repeat(32)}`
  assert.equal(
    await refused(offline, 'rights', 'verify', file, '--genesis', other),
    'WRONG_NETWORK',
  )
  assert.equal(await refused(offline, 'rights', 'verify', file), 'USAGE')
  assert.equal(await refused(dave, 'rights', 'certificate', '0', '-o', file), 'FILE_EXISTS')
  assert.equal(await refused(dave, 'rights', 'certificate', '99', '-o', `${file}2`), 'NOT_PROVEN')
})
