import type { AccountId } from '@cess/bytes'
import { toHex } from '@cess/bytes'
import { contentSecretOf } from '@cess/content'
import { keyFromUri, type Sr25519Pair, ss58Decode, ss58Encode } from '@cess/crypto'
import { accountOf } from '../chain/sign.ts'
import { SdkError } from '../errors.ts'

/** A user: signs for the account on chain, and opens the files that it encrypted. */
export interface Account {
  readonly pair: Sr25519Pair
  readonly id: AccountId
  /** SS58 address. */
  readonly address: string
  /** What all keys of the user's files come from, 32 bytes. A function, so that no log or dump of the object shows it. */
  contentSecret(): Uint8Array
}

/** Bytes of an expanded sr25519 secret that are the key itself. */
const SCALAR_BYTES = 32

/**
 * The account of a key. Its content secret hangs on the secret scalar alone: the other half of an expanded secret is
 * drawn anew whenever a soft derivation is worked out, and would open nothing the next time.
 */
export function accountFromPair(pair: Sr25519Pair): Account {
  return {
    pair,
    id: accountOf(pair),
    address: ss58Encode(pair.publicKey),
    contentSecret: () => contentSecretOf(pair.secret.subarray(0, SCALAR_BYTES)),
  }
}

/** The account of a secret URI: a phrase or 0x seed with derivations. @throws SdkError BAD_SECRET, which repeats none of it */
export function accountFromUri(uri: string): Account {
  let pair: Sr25519Pair
  try {
    pair = keyFromUri(uri.trim(), 'sr25519')
  } catch (error) {
    throw new SdkError(
      'BAD_SECRET',
      `The key cannot be used: ${error instanceof Error ? error.message : 'it is malformed'}. Give the 12 or 24 words of the phrase, or 0x and 64 hex characters, with derivations such as //work behind them if there are any.`,
    )
  }
  return accountFromPair(pair)
}

/** An account as people write it: SS58 of any network, or its public key as 0x hex. @throws SdkError BAD_ADDRESS */
export function parseAddress(text: string): AccountId {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as AccountId
  try {
    const { bytes } = ss58Decode(text)
    if (bytes.length === 32) return toHex(bytes) as AccountId
  } catch {
    // Said below, whatever it is.
  }
  throw new SdkError(
    'BAD_ADDRESS',
    `"${text.slice(0, 80)}" is no address of an account. Check it for a mistyped character.`,
  )
}
