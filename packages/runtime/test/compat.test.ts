// CESS's own clients work unmodified: what they touch looks the same here, byte for byte.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { bytes, decode } from '@cess/scale'
import { memoryState } from '@cess/state'
import { createRuntime, DEVNET } from '../src/index.ts'
import { type Surface, surfacesOf } from './support/surface.ts'

const file = new URL('fixtures/cess-surface-g.json', import.meta.url)
const { pallets } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly pallets: Readonly<Record<string, Surface>>
}
const { host } = createRuntime(DEVNET, { verifier: { verify: () => false } })
const metadata = decode(bytes, host.call('Metadata_metadata', new Uint8Array(0), memoryState()))
const ours = surfacesOf(metadata, Object.keys(pallets))

for (const [name, theirs] of Object.entries(pallets)) {
  const own = ours[name]!
  test(`${name}: index, calls with their arguments, and storage are CESS's`, () => {
    assert.equal(own.index, theirs.index)
    for (const [call, form] of Object.entries(theirs.calls)) assert.equal(own.calls[call], form)
    for (const [item, form] of Object.entries(theirs.storage)) assert.equal(own.storage[item], form)
    assert.ok(Object.keys(theirs.calls).length > 0)
  })
  test(`${name}: an error has the number that CESS gives it`, () => {
    assert.deepEqual(own.errors.slice(0, theirs.errors.length), theirs.errors)
  })
}

test('what cess-js-sdk-nodejs 0.2.6 calls and reads is among it', () => {
  const calls = (name: string) => Object.keys(pallets[name]!.calls)
  const storage = (name: string) => Object.keys(pallets[name]!.storage)
  for (const call of ['authorize', 'cancel_authorize']) assert.ok(calls('Oss').includes(call))
  for (const call of ['create_bucket', 'delete_bucket']) assert.ok(calls('FileBank').includes(call))
  for (const call of [
    'mint_territory',
    'expanding_territory',
    'renewal_territory',
    'territory_rename',
    'reactivate_territory',
  ])
    assert.ok(calls('StorageHandler').includes(call))
  assert.ok(storage('Oss').includes('AuthorityList'))
  assert.ok(storage('StorageHandler').includes('Territory'))
  for (const item of ['File', 'DealMap', 'UserHoldFileList', 'Bucket', 'UserBucketList'])
    assert.ok(storage('FileBank').includes(item))
})
