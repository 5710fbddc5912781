import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { ss58Encode } from '@cess/crypto'
import fc from 'fast-check'
import {
  accountFromUri,
  authorizeGateway,
  balanceOf,
  buySpace,
  expandSpace,
  formatTokens,
  listMiners,
  listOperators,
  listTerritories,
  parseAddress,
  parseTokens,
  renewSpace,
  revokeGateway,
  sendTokens,
  spacePrice,
} from '../src/index.ts'
import { GATEWAY } from './support/chain.ts'
import { DAVE, EVE } from './support/kit.ts'
import { type Network, startNetwork } from './support/network.ts'

const TOKEN = 10n ** 18n

describe('accounts', () => {
  const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

  test('the content secret of a key is the same every time, softly derived ones too', () => {
    for (const uri of [phrase, `${phrase}//hard`, `${phrase}/soft`, `${phrase}//a/b///password`]) {
      const [first, second] = [accountFromUri(uri), accountFromUri(uri)]
      assert.deepEqual(first.contentSecret(), second.contentSecret())
      assert.equal(first.address, second.address)
    }
  })

  test('every key has a content secret of its own', () => {
    const secrets = ['', '//a', '/a', '//b'].map((path) =>
      accountFromUri(phrase + path)
        .contentSecret()
        .toHex(),
    )
    assert.equal(new Set(secrets).size, 4)
  })

  test('no error repeats a secret, and no dump shows the content secret', () => {
    const secret = 'legal winner thank year wave sausage worth useful legal winner thank wrong'
    assert.throws(
      () => accountFromUri(secret),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'BAD_SECRET')
        assert.doesNotMatch(inspect(error, { depth: 9 }), /sausage|winner/)
        return true
      },
    )
    const account = accountFromUri(phrase)
    assert.ok(!inspect(account, { depth: 9 }).includes(account.contentSecret().toHex()))
  })

  test('addresses of any network and hex are taken, mistyped ones are not', () => {
    assert.equal(parseAddress(DAVE.address), DAVE.id)
    assert.equal(parseAddress(ss58Encode(DAVE.pair.publicKey, 42)), DAVE.id)
    assert.equal(parseAddress(DAVE.id.toUpperCase().replace('0X', '0x')), DAVE.id)
    for (const bad of ['', '0x12', DAVE.address.slice(0, -1), `${DAVE.address.slice(0, -1)}1`, 'x'])
      assert.throws(() => parseAddress(bad), { code: 'BAD_ADDRESS' })
  })

  test('amounts of tokens come back as they were written', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 38n), (units) => {
        assert.equal(parseTokens(formatTokens(units)), units)
      }),
    )
    assert.equal(parseTokens('1.5'), (3n * TOKEN) / 2n)
    assert.equal(formatTokens(-TOKEN), '-1')
    for (const bad of ['', '-1', '1.', '.5', '1e3', '0x1', '1,5', '1.0000000000000000001'])
      assert.throws(() => parseTokens(bad), { code: 'BAD_AMOUNT' })
  })
})

describe('what an account owns on chain', () => {
  let net: Network
  before(async () => {
    net = await startNetwork()
  })
  after(() => net.stop())

  test('tokens are sent', async () => {
    const before = await balanceOf(net.remote, EVE.id)
    await sendTokens(net.remote, DAVE.pair, EVE.id, 3n * TOKEN)
    assert.equal((await balanceOf(net.remote, EVE.id)).free, before.free + 3n * TOKEN)
    await assert.rejects(sendTokens(net.remote, DAVE.pair, EVE.id, 10n ** 30n), {
      code: 'CALL_FAILED',
    })
  })

  test('space is bought, expanded and renewed for the price that was told', async () => {
    const price = await spacePrice(net.remote, 2, 60)
    const { paid } = await buySpace(net.remote, EVE.pair, { name: 'photos', gib: 2, days: 60 })
    assert.equal(paid, price)
    assert.ok(price > 0n)
    const grown = await expandSpace(net.remote, EVE.pair, { name: 'photos', gib: 1 })
    assert.equal(grown.paid, await spacePrice(net.remote, 1, 60))
    const [before] = await listTerritories(net.remote, EVE.id)
    await renewSpace(net.remote, EVE.pair, EVE.id, { name: 'photos', days: 30 })
    const [after] = await listTerritories(net.remote, EVE.id)
    assert.equal(after?.name, 'photos')
    assert.equal(after.total, 3n << 30n)
    assert.equal(after.state, 'Active')
    assert.ok(after.deadline > before!.deadline)
  })

  test('the name of a territory is checked before anything is sent', async () => {
    for (const name of ['', 'x'.repeat(64), 'ü'.repeat(32)])
      await assert.rejects(buySpace(net.remote, EVE.pair, { name, gib: 1, days: 30 }), {
        code: 'BAD_NAME',
      })
    await assert.rejects(renewSpace(net.remote, EVE.pair, EVE.id, { name: 'none', days: 30 }), {
      code: 'NOT_FOUND',
    })
  })

  test('gateways are authorised once, and only those that the chain knows', async () => {
    const gateway = parseAddress(ss58Encode(GATEWAY.publicKey))
    await authorizeGateway(net.remote, EVE.pair, EVE.id, gateway)
    const blocks = net.chain.blocks.length
    await authorizeGateway(net.remote, EVE.pair, EVE.id, gateway)
    assert.equal(net.chain.blocks.length, blocks)
    assert.deepEqual(await listOperators(net.remote, EVE.id), [gateway])
    await assert.rejects(authorizeGateway(net.remote, EVE.pair, EVE.id, DAVE.id), {
      code: 'NOT_FOUND',
    })
    await revokeGateway(net.remote, EVE.pair, gateway)
    assert.deepEqual(await listOperators(net.remote, EVE.id), [])
  })

  test('miners are listed', async () => {
    const miners = await listMiners(net.remote)
    assert.equal(miners.length, 12)
    assert.ok(miners.every(({ state, declared }) => state === 'positive' && declared === 1n << 40n))
  })
})
