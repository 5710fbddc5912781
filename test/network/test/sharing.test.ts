// A file is shared through proxies that run in miners, on a network of real processes, by the command line as users have it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Cess, cess } from '@cess/localnet/cess'
import { refused, startTestNetwork, type TestNetwork } from './support/network.ts'

const bytes = randomBytes(3_000_000)
let [folder, back] = ['', '']
let network: TestNetwork
let dave: Cess
let eve: Cess
let fid = ''
let eveAddress = ''

before(async () => {
  network = await startTestNetwork()
  ;({ folder } = network)
  back = join(folder, 'back.bin')
  dave = network.as('//Dave')
  eve = network.as('//Eve')
  await dave.must('space', 'buy', '--gib', '1', '--days', '30')
  await dave.must('authorize')
  writeFileSync(join(folder, 'plan.bin'), bytes)
  const put = await dave.must('put', join(folder, 'plan.bin'), '--wait', 'stored')
  fid = String(put['fid'])
  eveAddress = String((await eve.must('balance'))['address'])
})
after(() => network.stop())

test('nobody reads a file that was not shared with them', async () => {
  assert.equal(await refused(eve, 'get', fid, '-o', back), 'WRONG_KEY')
})

test('it is shared, read by the other account, and taken back', async () => {
  const shared = await dave.must('share', fid, '--with', eveAddress, '--days', '1')
  assert.deepEqual([shared['grant'], shared['active']], [0, true])
  const { received } = (await eve.must('shared')) as { received: { files: string[] }[] }
  assert.deepEqual(received[0]!.files, [fid])
  await eve.must('get', fid, '-o', back)
  assert.ok(readFileSync(back).equals(bytes))
  await eve.must('get', fid, '--range', '1000000-1000099', '-o', back, '--force')
  assert.ok(readFileSync(back).equals(bytes.subarray(1_000_000, 1_000_100)))
  await dave.must('revoke', '0')
  assert.equal(await refused(eve, 'get', fid, '-o', back, '--force'), 'WRONG_KEY')
  const { given } = (await dave.must('shared')) as { given: { status: string }[] }
  assert.equal(given[0]!.status, 'Revoked')
  await dave.must('get', fid, '-o', back, '--force')
  assert.ok(readFileSync(back).equals(bytes))
})

test('a link opens the file for whoever has it, without an account, until it is taken back', async () => {
  const { grant, link } = await dave.must('share', fid, '--link', '--days', '1')
  assert.match(String(link), /^http:.*\/shared\/[0-9a-f]{64}\?grant=\d+#[\w-]{43}$/)
  // No key, no account, no address of a gateway: the link says it all.
  const nobody = cess({
    ...{ node: network.rpc, gateway: 'http://127.0.0.1:9', home: join(folder, 'nobody') },
    key: '//Nobody',
  })
  await nobody.must('get', String(link), '-o', back, '--force')
  assert.ok(readFileSync(back).equals(bytes))
  const page = await fetch(String(link))
  assert.match(await page.text(), /cess get/)
  const status = await dave.must('status', fid)
  const grants = status['grants'] as { grant: number }[]
  assert.deepEqual(
    grants.map((one) => one.grant),
    [grant],
  )
  const [start, seed] = String(link).split('#') as [string, string]
  const other = `${start}#${seed.startsWith('A') ? 'B' : 'A'}${seed.slice(1)}`
  assert.equal(await refused(nobody, 'get', other, '-o', back, '--force'), 'LINK_OVER')
  assert.equal(await refused(nobody, 'get', start, '-o', back, '--force'), 'BAD_LINK')
  await dave.must('revoke', String(grant))
  assert.equal(await refused(nobody, 'get', String(link), '-o', back, '--force'), 'LINK_OVER')
})

test('what cannot be shared is told so', async () => {
  assert.equal(await refused(eve, 'share', fid, '--with', eveAddress), 'Reencryption.NotOwner')
  assert.equal(
    await refused(dave, 'share', fid, '--with', eveAddress, '--threshold', '6'),
    'Reencryption.BadThreshold',
  )
  assert.equal(
    await refused(dave, 'share', 'ab'.repeat(32), '--with', eveAddress),
    'FILE_NOT_FOUND',
  )
  assert.equal(await refused(dave, 'share', fid, '--with', 'nobody'), 'BAD_ADDRESS')
  assert.equal(await refused(dave, 'revoke', '77'), 'Reencryption.NoGrant')
  assert.equal(await refused(eve, 'revoke', '0'), 'Reencryption.NotOwner')
})

test('the gateway takes nothing to a proxy but requests, and says what the proxy says', async () => {
  const { miners } = (await eve.must('miners')) as { miners: { account: string }[] }
  const ask = async (to: string, body: Uint8Array, method = 'POST') => {
    const answer = await fetch(`${network.gateway}/share/${to}`, {
      method,
      ...(method === 'POST' && { body: body as Uint8Array<ArrayBuffer> }),
    })
    const { data } = (await answer.json()) as { data: { error: string } }
    return [answer.status, data.error]
  }
  const address = miners[0]!.account
  assert.deepEqual(await ask(address, new Uint8Array(169)), [403, 'NO_SHARE'])
  assert.deepEqual(await ask(address, new Uint8Array()), [403, 'NO_SHARE'])
  assert.deepEqual(await ask(address, new Uint8Array(513)), [413, 'TOO_LARGE'])
  assert.deepEqual(await ask(address, new Uint8Array(), 'GET'), [405, 'METHOD_NOT_ALLOWED'])
  assert.equal((await ask(eveAddress, new Uint8Array(169)))[0], 503)
})

test('a file is re-keyed: what its grantee kept of the old one opens nothing that is in storage', async () => {
  const { grant } = await dave.must('share', fid, '--with', eveAddress, '--days', '1')
  await eve.must('get', fid, '-o', back, '--force')
  const { rekeyed } = await dave.must('revoke', String(grant), '--rotate')
  const [{ before, after: anew }] = rekeyed as [{ before: string; after: string }]
  assert.equal(before, fid)
  assert.notEqual(anew, fid)
  await dave.must('get', anew, '-o', back, '--force')
  assert.ok(readFileSync(back).equals(bytes))
  assert.equal(await refused(eve, 'get', anew, '-o', back, '--force'), 'WRONG_KEY')
  const { files } = (await dave.must('ls', '--no-names')) as { files: { fid: string }[] }
  assert.deepEqual(
    files.map((file) => file.fid),
    [anew],
  )
})
