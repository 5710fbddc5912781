import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { toHex, utf8 } from '@cess/bytes'
import { ed25519FromSeed, type KeyPair, ss58Encode } from '@cess/crypto'
import { ask, content, put, type Signing, sign } from './support/client.ts'
import { DAVE, EVE, type Kit, startKit } from './support/kit.ts'

const MINUTE = 60_000

describe('who may do what', () => {
  let kit: Kit
  let base = ''
  let body = content(100)
  before(async () => {
    kit = await startKit()
    base = kit.gateway.url
  })
  after(() => kit.stop())
  const attempt = async (headers: Record<string, string>, method = 'PUT', path = '/file') => {
    const sent = method === 'PUT' ? body : undefined
    const reply = await ask(base + path, method, { territory: 'default', ...headers }, sent)
    return [reply.status, reply.data?.error ?? reply.msg]
  }
  /** A signature over any text, as the CESS SDK makes them. */
  const signText = (pair: KeyPair, message: string, form: 'hex' | 'base58' = 'hex') => {
    const signature = pair.sign(utf8(message))
    return {
      account: ss58Encode(pair.publicKey),
      message,
      signature: form === 'hex' ? toHex(signature) : base58(signature),
    }
  }

  test('the strict form is taken, once', async () => {
    const headers = sign(kit.dave, 'PUT', '/file')
    assert.deepEqual(await attempt(headers), [200, 'ok'])
    assert.deepEqual(await attempt(headers), [401, 'REPLAYED'])
  })

  test('a replay is refused after a restart too', async () => {
    const headers = sign(kit.dave, 'PUT', '/file')
    assert.deepEqual(await attempt(headers), [200, 'ok'])
    await kit.restart()
    base = kit.gateway.url
    assert.deepEqual(await attempt(headers), [401, 'REPLAYED'])
  })

  for (const [what, offset] of [
    ['old', -6 * MINUTE],
    ['of the future', 6 * MINUTE],
  ] as const)
    test(`a message that is ${what} has expired`, async () => {
      const headers = sign(kit.dave, 'PUT', '/file', { time: Date.now() + offset })
      assert.deepEqual(await attempt(headers), [401, 'EXPIRED'])
    })

  test('a message for another request or another gateway is foreign', async () => {
    assert.deepEqual(await attempt(sign(kit.dave, 'DELETE', '/file')), [401, 'FOREIGN'])
    assert.deepEqual(await attempt(sign(kit.dave, 'PUT', '/object/x')), [401, 'FOREIGN'])
    const other: Signing = { pair: DAVE, gateway: ss58Encode(EVE.publicKey) }
    assert.deepEqual(await attempt(sign(other, 'PUT', '/file')), [401, 'FOREIGN'])
  })

  test('somebody else’s signature, or a changed message, is bad', async () => {
    const eves = sign({ ...kit.dave, pair: EVE }, 'PUT', '/file')
    const account = ss58Encode(DAVE.publicKey)
    assert.deepEqual(await attempt({ ...eves, account }), [401, 'BAD_SIGNATURE'])
    const daves = sign(kit.dave, 'PUT', '/file')
    const message = daves['message']!.replace(/ [0-9a-f]{32} /, ` ${'0'.repeat(32)} `)
    assert.deepEqual(await attempt({ ...daves, message }), [401, 'BAD_SIGNATURE'])
    assert.deepEqual(await attempt({ ...daves, signature: 'zz' }), [401, 'BAD_SIGNATURE'])
  })

  test('unsigned and undated requests are refused', async () => {
    assert.deepEqual(await attempt({}), [401, 'UNSIGNED'])
    assert.deepEqual(await attempt(signText(DAVE, 'hello')), [400, 'BAD_HEADER'])
    const { signature: _, ...rest } = sign(kit.dave, 'PUT', '/file')
    assert.deepEqual(await attempt(rest), [401, 'UNSIGNED'])
  })

  test('the CESS SDK’s messages are taken for uploads, in both encodings, for 15 minutes', async () => {
    for (const name of ['cess-js-sdk', 'cess-js-sdk-frontend'])
      for (const form of ['hex', 'base58'] as const) {
        const text = `<Bytes>${name}-${Date.now() - 14 * MINUTE}</Bytes>`
        assert.deepEqual(await attempt(signText(DAVE, text, form)), [200, 'ok'])
      }
    const old = `<Bytes>cess-js-sdk-${Date.now() - 16 * MINUTE}</Bytes>`
    assert.deepEqual(await attempt(signText(DAVE, old)), [401, 'EXPIRED'])
  })

  test('the CESS SDK’s messages never delete', async () => {
    const headers = signText(DAVE, `<Bytes>cess-js-sdk-${Date.now()}</Bytes>`)
    const path = `/file/${'ab'.repeat(32)}`
    assert.deepEqual(await attempt(headers, 'DELETE', path), [401, 'FOREIGN'])
  })

  test('wallets may sign the wrapped text of an unwrapped message', async () => {
    const { message } = sign(kit.dave, 'PUT', '/file')
    const signature = toHex(DAVE.sign(utf8(`<Bytes>${message}</Bytes>`)))
    const account = toHex(DAVE.publicKey)
    assert.deepEqual(await attempt({ account, message: message!, signature }), [200, 'ok'])
  })

  test('ed25519 accounts can sign; what they may do is another question', async () => {
    const pair = ed25519FromSeed(new Uint8Array(32).fill(3))
    const signing = { ...kit.dave, pair }
    assert.deepEqual(await attempt(sign(signing, 'PUT', '/file')), [403, 'NOT_AUTHORISED'])
  })

  test('Ethereum accounts are refused', async () => {
    const good = sign(kit.dave, 'PUT', '/file')
    const account = `0x${'ab'.repeat(20)}`
    assert.deepEqual(await attempt({ ...good, account }), [403, 'ETH_ACCOUNT'])
    assert.deepEqual(await attempt({ ...good, ethacc: account }), [403, 'ETH_ACCOUNT'])
  })

  test('an owner who has not authorised the gateway is told how', async () => {
    const reply = await put(base, { ...kit.dave, pair: EVE }, '/file', body)
    assert.deepEqual([reply.status, reply.data.error], [403, 'NOT_AUTHORISED'])
    assert.match(reply.msg, /cess authorize/)
  })

  test('no territory, one that is not active, too little room', async () => {
    const { chain } = kit
    const operator = kit.gateway.account
    await chain.submit(EVE, chain.tx.Oss.authorize({ operator }))
    const eve = { ...kit.dave, pair: EVE }
    const none = await put(base, eve, '/file', body)
    assert.deepEqual([none.status, none.data.error], [404, 'NO_TERRITORY'])
    assert.match(none.msg, /cess space buy/)

    const territoryName = utf8('default')
    await chain.submit(
      EVE,
      chain.tx.StorageHandler.mint_territory({ territoryName, gibCount: 1, days: 30 }),
    )
    const large = await ask(
      `${base}/resume/big`,
      'PUT',
      {
        territory: 'default',
        'content-range': `bytes 0-99/${400 << 20}`,
        ...sign(eve, 'PUT', '/resume/big'),
      },
      body,
    )
    assert.deepEqual([large.status, large.data.error], [507, 'NO_ROOM'])
    assert.ok(large.data.needed > large.data.free)

    await chain.submit(
      EVE,
      chain.tx.StorageHandler.territory_consignment({ territoryName, price: 1n }),
    )
    const sold = await put(base, eve, '/file', body)
    assert.deepEqual([sold.status, sold.data.error], [403, 'TERRITORY_NOT_ACTIVE'])
  })

  test('the bytes of another account are not taken for one’s own', async () => {
    body = content(4_000, 77)
    assert.equal((await put(base, kit.dave, '/file?wait=stored', body)).status, 200)
    const { chain } = kit
    const territoryName = utf8('default')
    await chain.submit(EVE, chain.tx.StorageHandler.cancel_consignment({ territoryName }))
    const reply = await put(base, { ...kit.dave, pair: EVE }, '/file', body)
    assert.deepEqual([reply.status, reply.data.error], [409, 'ALREADY_STORED'])
  })

  test('only the owner deletes', async () => {
    const { data } = await put(base, kit.dave, '/file?wait=stored', content(3_000, 5))
    const path = `/file/${data.fid}`
    const eves = sign({ ...kit.dave, pair: EVE }, 'DELETE', path)
    assert.deepEqual(await attempt(eves, 'DELETE', path), [403, 'NOT_OWNER'])
    const gone = await ask(base + path, 'DELETE', sign(kit.dave, 'DELETE', path))
    assert.equal(gone.status, 200)
    assert.equal(typeof gone.data.block, 'number')
    const missing = await ask(`${base}/file/download/${data.fid}`, 'GET')
    assert.deepEqual([missing.status, missing.data.error], [404, 'FILE_NOT_FOUND'])
  })
})

function base58(bytes: Uint8Array): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let n = BigInt(toHex(bytes))
  let text = ''
  for (; n > 0n; n /= 58n) text = alphabet[Number(n % 58n)]! + text
  return text
}
