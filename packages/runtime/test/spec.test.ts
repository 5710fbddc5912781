import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, decode } from '@cess/scale'
import { memoryState } from '@cess/state'
import { Metadata, TypeRegistry } from '@polkadot/types'
import fc from 'fast-check'
import {
  createRuntime,
  DEVNET,
  devPreset,
  localPreset,
  PRODUCTION,
  parseRuntimeConfig,
  parseSpec,
  specJson,
  specOf,
} from '../src/index.ts'

const spec = specOf(devPreset(), memoryState())
const json = () => JSON.parse(JSON.stringify(specJson(spec))) as Record<string, never>

test('a raw specification is the same network when it is read again', () => {
  assert.deepEqual(parseSpec(json()), spec)
  assert.equal(specOf(localPreset(), memoryState()).genesis.length, 73)
})

test('clients that remember metadata by the hash of the code find one that names the runtime', () => {
  const { top } = (json() as unknown as { genesis: { raw: { top: Record<string, string> } } })
    .genesis.raw
  const code = Uint8Array.fromHex(top['0x3a636f6465']!.slice(2))
  assert.equal(new TextDecoder().decode(code), 'native:cess-node/1')
})

test('the rules are part of the state: other rules, another network', () => {
  const preset = devPreset()
  const slower = specOf(
    { ...preset, config: { ...preset.config, slotDuration: 6000 } },
    memoryState(),
  )
  assert.notDeepEqual(slower.genesis, spec.genesis)
  assert.equal(parseSpec(specJson(slower)).config.slotDuration, 6000)
})

test('a specification that is not one is refused with the reason', () => {
  const refuse = (change: (s: Record<string, unknown>) => void, why: RegExp) => {
    const broken = json() as Record<string, unknown>
    change(broken)
    assert.throws(() => parseSpec(broken), why)
  }
  assert.throws(() => parseSpec(null), /not a JSON object/)
  refuse((s) => delete s['genesis'], /no genesis.raw.top/)
  refuse((s) => (s['name'] = ''), /"name"/)
  refuse((s) => (s['chainType'] = 'Other'), /"chainType"/)
  refuse((s) => (s['bootNodes'] = [1]), /"bootNodes"/)
  refuse((s) => (s['genesis'] = { raw: { top: { '0xzz': '0x' } } }), /not hex/)
  refuse((s) => (s['genesis'] = { raw: { top: { '0x00': '0x' } } }), /no :cess:config/)
  refuse(
    (s) => (s['genesis'] = { raw: { top: { '0x00': '0x' }, childrenDefault: { a: {} } } }),
    /child tries/,
  )
})

test('a configuration is read only when every number is in its range', () => {
  for (const config of [DEVNET, PRODUCTION])
    assert.deepEqual(parseRuntimeConfig(JSON.parse(JSON.stringify(config))), config)
  const names = ['slotDuration', 'epochSlots', 'eraBlocks', 'roundBlocks', 'answerBlocks'] as const
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.oneof(
        fc.constant(-1),
        fc.constant(0.5),
        fc.string(),
        fc.constant(undefined),
        fc.constant(1e12),
      ),
      (name, value) => {
        assert.throws(() => parseRuntimeConfig({ ...DEVNET, [name]: value }), new RegExp(name))
      },
    ),
  )
})

test('another client reads the metadata of the whole chain', () => {
  const { host, runtime } = createRuntime(DEVNET, { verifier: { verify: () => false } })
  const opaque = host.call('Metadata_metadata', new Uint8Array(), memoryState(spec.genesis))
  const metadata = new Metadata(new TypeRegistry(), decode(bytes, opaque) as never)
  const names = metadata.asLatest.pallets.map((p) => p.name.toString())
  assert.deepEqual(names, Object.keys(runtime.pallets))
  const index = (name: string) =>
    metadata.asLatest.pallets.find((p) => p.name.toString() === name)!.index.toNumber()
  assert.deepEqual(
    ['FileBank', 'Sminer', 'Audit', 'StorageHandler', 'Oss'].map(index),
    [104, 105, 106, 107, 108],
  )
})
