import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { blake2b256 } from '@cess/crypto'
import type { RunningNode } from '@cess/node'
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api'
import { startDevNode } from './support/node.ts'
import { query, send, tx } from './support/polkadot.ts'

let node: RunningNode
before(async () => {
  node = await startDevNode()
})
after(() => node.stop())

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

test('rights and sharing are there for @polkadot/api, which works out a claim’s commitment by itself', async () => {
  const api = await ApiPromise.create({
    provider: new WsProvider(node.rpc) as never,
    throwOnConnect: true,
    noInitWarn: true,
  })
  try {
    const keyring = new Keyring({ type: 'sr25519', ss58Format: 11_330 })
    const [dave, eve] = [keyring.addFromUri('//Dave'), keyring.addFromUri('//Eve')]
    const claim = {
      title: 'Harbour',
      fingerprint: {
        Public: {
          meta: bytes(8, 1),
          content: { kind: 'Image', body: Uint8Array.from({ length: 32 }, (_, i) => 37 * i) },
          data: bytes(32, 3),
          instance: bytes(32, 4),
        },
      },
      file: null,
      parents: [],
      owners: [
        { account: dave.address, bps: 7_500 },
        { account: eve.address, bps: 2_500 },
      ],
      consent: 1,
      metadata: null,
      c2pa: null,
    }
    const salt = bytes(32, 9)
    const reveal = tx(api, 'mdrc', 'claim')(claim, salt)
    const commitment = blake2b256(
      Buffer.concat([
        Buffer.from('cess/mdrc/claim/1'),
        api.genesisHash.toU8a(),
        dave.publicKey,
        salt,
        reveal.args[0]!.toU8a(),
      ]),
    )
    const early = await send(api, reveal, dave)
    assert.equal(early.error, 'mdrc.NoCommitment')
    const committed = await send(api, tx(api, 'mdrc', 'commit')(commitment), dave)
    assert.ok(committed.events.includes('mdrc.Committed'))
    const claimed = await send(api, reveal, dave)
    assert.equal(claimed.error, undefined)
    assert.ok(claimed.events.includes('mdrc.Claimed'))
    const work = (await query(api, 'mdrc', 'works')(0)).toHuman() as Record<string, unknown>
    assert.deepEqual(
      [work['title'], work['status'], work['creator']],
      ['Harbour', 'Claimed', dave.address],
    )
    const terms = {
      ...{ text: bytes(32, 7), id: 'CC-BY-4.0', flags: 3, fee: 10n ** 18n, royalty: 500 },
      ...{ blocks: null, access: null },
    }
    const offer = tx(api, 'mdrc', 'propose')(0, { OfferLicence: terms })
    assert.ok((await send(api, offer, eve)).events.includes('mdrc.LicenceOffered'))
    const ferdie = keyring.addFromUri('//Ferdie')
    const bought = await send(api, tx(api, 'mdrc', 'buyLicence')(0, 0, null, 10n ** 18n, 0), ferdie)
    assert.equal(bought.error, undefined)
    const agreement = (await query(api, 'mdrc', 'agreements')(0)).toHuman() as Record<
      string,
      unknown
    >
    assert.deepEqual([agreement['licensee'], agreement['state']], [ferdie.address, 'Held'])
    assert.equal(Number(api.consts['mdrc']!['windowBlocks']!.toString()), 30)
    assert.equal((await query(api, 'reencryption', 'grants')(0)).toString(), '')
  } finally {
    await api.disconnect()
  }
})
