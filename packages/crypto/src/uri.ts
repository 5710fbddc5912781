import { concat, utf8 } from '@cess/bytes'
import { blake2b256 } from './hash.ts'
import {
  ecdsaFromSeed,
  ed25519FromSeed,
  type KeyPair,
  type Scheme,
  type Sr25519Pair,
  sr25519FromPair,
  sr25519FromSeed,
} from './keys.ts'
import {
  bip39Generate,
  bip39ToMiniSecret,
  bip39Validate,
  sr25519DeriveKeypairHard,
  sr25519DeriveKeypairSoft,
} from './rust.ts'

/** The phrase behind `//Alice` and her friends. Everybody knows it. */
export const DEV_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk'

/** A new phrase of 12 (or more) words from the operating system's randomness (BIP-39). */
export const generateMnemonic = (words: 12 | 15 | 18 | 21 | 24 = 12): string => bip39Generate(words)
export const isMnemonic = (phrase: string): boolean => bip39Validate(phrase)

interface Junction {
  readonly hard: boolean
  readonly chainCode: Uint8Array
}
const compactLength = (n: number): Uint8Array =>
  n < 64 ? Uint8Array.of(n << 2) : Uint8Array.of(((n << 2) & 0xff) | 1, n >> 6)

/** A junction's chain code: numbers as u64, texts as SCALE strings, hashed when they exceed 32 bytes. */
function junction(text: string, hard: boolean): Junction {
  let encoded: Uint8Array
  if (/^\d+$/.test(text) && BigInt(text) < 2n ** 64n) {
    encoded = new Uint8Array(8)
    new DataView(encoded.buffer).setBigUint64(0, BigInt(text), true)
  } else {
    const raw = utf8(text)
    encoded = concat(compactLength(raw.length), raw)
  }
  const chainCode = new Uint8Array(32)
  chainCode.set(encoded.length > 32 ? blake2b256(encoded) : encoded)
  return { hard, chainCode }
}

const URI =
  /^(?<phrase>0x[0-9a-fA-F]{64}|[a-z]+(?: [a-z]+)*)?(?<path>(?:\/\/?[^/]+)*?)(?:\/\/\/(?<password>.*))?$/

const HDKD = { ed25519: 'Ed25519HDKD', ecdsa: 'Secp256k1HDKD' } as const

/** Message of every error about a secret: it never repeats any of it. */
const malformed = (why: string): RangeError => new RangeError(`the secret is malformed: ${why}`)

/**
 * The key of a secret URI: a phrase or 0x seed, then `//hard` and `/soft` junctions, then `///password`.
 * Without a phrase it is the development phrase. @throws RangeError that does not repeat the secret.
 */
export function keyFromUri(uri: string, scheme: 'sr25519'): Sr25519Pair
export function keyFromUri(uri: string, scheme?: Scheme): KeyPair
export function keyFromUri(uri: string, scheme: Scheme = 'sr25519'): KeyPair {
  const parts = uri.length <= 1024 ? URI.exec(uri)?.groups : undefined
  if (!parts) throw malformed('expected PHRASE//hard/soft///password')
  const phrase = parts['phrase'] ?? DEV_PHRASE
  const password = parts['password'] ?? ''
  const path = [...(parts['path'] ?? '').matchAll(/(\/\/?)([^/]+)/g)].map(([, slashes, text]) =>
    junction(text!, slashes === '//'),
  )
  if (!parts['phrase'] && path.length === 0) throw malformed('it is empty')
  let seed: Uint8Array
  if (phrase.startsWith('0x')) seed = Uint8Array.fromHex(phrase.slice(2))
  else {
    if (!bip39Validate(phrase)) throw malformed('the words are no BIP-39 phrase')
    seed = bip39ToMiniSecret(phrase, password)
  }
  if (scheme === 'sr25519') {
    const root = sr25519FromSeed(seed)
    let pair = concat(root.secret, root.publicKey)
    for (const { hard, chainCode } of path)
      pair = hard
        ? sr25519DeriveKeypairHard(pair, chainCode)
        : sr25519DeriveKeypairSoft(pair, chainCode)
    return sr25519FromPair(pair)
  }
  const tag = utf8(HDKD[scheme])
  for (const { hard, chainCode } of path) {
    if (!hard) throw malformed(`${scheme} has no soft junctions; use //`)
    seed = blake2b256(concat(compactLength(tag.length), tag, seed, chainCode))
  }
  return scheme === 'ed25519' ? ed25519FromSeed(seed) : ecdsaFromSeed(seed)
}
