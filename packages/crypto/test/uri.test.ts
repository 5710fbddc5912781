import assert from 'node:assert/strict'
import { pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import { mnemonicToEntropy, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { getPublicKey, HDKD, secretFromSeed } from '@scure/sr25519'
import { blake2b256, DEV_PHRASE, generateMnemonic, keyFromUri, ss58Encode } from '../src/index.ts'

const PHRASE = 'caution juice atom organ advance problem want pledge someone senior holiday very'

test("the keys are subkey's: phrase, seed and password", () => {
  // From the documentation of subkey.
  const seed = '0xc8fa03532fb22ee1f7f6908b9c02b4e72483f0dbd66e4cd456b8f34c6230b849'
  const key = 'd6a3105d6768e956e9e5d41050ac29843f98561410d3a47f9dd5b3b227ab8746'
  assert.equal(keyFromUri(PHRASE).publicKey.toHex(), key)
  assert.equal(keyFromUri(seed).publicKey.toHex(), key)
  assert.equal(
    ss58Encode(keyFromUri(PHRASE).publicKey, 42),
    '5Gv8YYFu8H1btvmrJy9FjjAWfb99wrhV3uhPFoNEr918utyR',
  )
  assert.notEqual(keyFromUri(`${PHRASE}///secret`).publicKey.toHex(), key)
  // A password may hold slashes, a path may not.
  assert.notEqual(
    keyFromUri(`${PHRASE}///a/b`).publicKey.toHex(),
    keyFromUri(`${PHRASE}///a`).publicKey.toHex(),
  )
  assert.equal(
    keyFromUri('//Alice').publicKey.toHex(),
    keyFromUri(`${DEV_PHRASE}//Alice`).publicKey.toHex(),
  )
})

test('phrases become seeds as in substrate-bip39: from the entropy, not from the words', () => {
  for (const password of ['', 'Substrate', 'pässword']) {
    const phrase = generateMnemonic(24)
    const entropy = mnemonicToEntropy(phrase, wordlist)
    const seed = pbkdf2Sync(entropy, `mnemonic${password}`, 2048, 64, 'sha512').subarray(0, 32)
    const uri = password ? `${phrase}///${password}` : phrase
    for (const scheme of ['sr25519', 'ed25519', 'ecdsa'] as const)
      assert.deepEqual(
        keyFromUri(uri, scheme).publicKey,
        keyFromUri(`0x${seed.toString('hex')}`, scheme).publicKey,
      )
  }
  for (const words of [12, 15, 18, 21, 24] as const)
    assert.ok(validateMnemonic(generateMnemonic(words), wordlist))
})

test('sr25519 junctions are those of an independent implementation, hard and soft', () => {
  const seed = new Uint8Array(32).fill(7)
  const uri = `0x${seed.toHex()}`
  const root = secretFromSeed(seed)
  const chain = (text: string): Uint8Array => {
    const code = new Uint8Array(32)
    code[0] = text.length << 2
    code.set(new TextEncoder().encode(text), 1)
    return code
  }
  const number = (n: number): Uint8Array => {
    const code = new Uint8Array(32)
    new DataView(code.buffer).setUint32(0, n, true)
    return code
  }
  const key = (path: string): string => keyFromUri(uri + path, 'sr25519').publicKey.toHex()
  assert.equal(key(''), getPublicKey(root).toHex())
  assert.equal(key('//stash'), getPublicKey(HDKD.secretHard(root, chain('stash'))).toHex())
  assert.equal(key('//7'), getPublicKey(HDKD.secretHard(root, number(7))).toHex())
  assert.equal(key('/soft'), HDKD.publicSoft(getPublicKey(root), chain('soft')).toHex())
  const hard = HDKD.secretHard(root, chain('a'))
  assert.equal(key('//a/b'), HDKD.publicSoft(getPublicKey(hard), chain('b')).toHex())
  const long = 'a name that is longer than thirty-two bytes'.replaceAll(' ', '-')
  const encoded = Uint8Array.of(long.length << 2, ...new TextEncoder().encode(long))
  assert.equal(key(`//${long}`), getPublicKey(HDKD.secretHard(root, blake2b256(encoded))).toHex())
})

test('what was derived signs, and its signatures fit its public key', () => {
  for (const uri of ['//Alice/soft//hard/2', '/only-soft', `${PHRASE}//0///pass`]) {
    const pair = keyFromUri(uri, 'sr25519')
    assert.equal(pair.sign(new Uint8Array(3)).length, 64)
    assert.deepEqual(pair.accountId, pair.publicKey)
  }
  for (const scheme of ['ed25519', 'ecdsa'] as const) {
    const a = keyFromUri('//Alice//1', scheme)
    assert.notEqual(a.publicKey.toHex(), keyFromUri('//Alice//2', scheme).publicKey.toHex())
    assert.equal(a.accountId.length, 32)
  }
})

test('a malformed secret is refused, and no part of it shows in the error', () => {
  const secrets = [
    'hunter',
    `${PHRASE} very`,
    PHRASE.replace('juice', 'juicy'),
    PHRASE.toUpperCase(),
    ` ${PHRASE}`,
    `${PHRASE}//`,
    `${PHRASE}/`,
    '0x1234',
    `0x${'zz'.repeat(32)}`,
    `0x${'ab'.repeat(33)}`,
    `//${'a'.repeat(2000)}`,
    '///onlyapassword',
    '\u0000',
  ]
  for (const secret of secrets)
    assert.throws(
      () => keyFromUri(secret),
      (error) =>
        error instanceof RangeError &&
        secret.split(/[^0-9A-Za-z]+/).every((w) => w.length < 4 || !error.message.includes(w)),
      secret,
    )
  assert.throws(() => keyFromUri('//Alice/soft', 'ecdsa'), /no soft junctions/)
})

test('a hostile secret costs no time', () => {
  // Would backtrack for ever in a careless expression.
  const texts = [
    'a '.repeat(500),
    '/'.repeat(1024),
    `a${'/a'.repeat(500)}/`,
    `${'a'.repeat(1023)}!`,
  ]
  for (const text of texts)
    try {
      keyFromUri(text)
    } catch (error) {
      assert.ok(error instanceof RangeError)
    }
})
