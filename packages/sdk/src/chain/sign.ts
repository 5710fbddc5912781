import { type AccountId, concat, type Hash, toHex } from '@cess/bytes'
import { blake2b256, type KeyPair } from '@cess/crypto'
import { type RuntimeCall, signedExtrinsic, signingPayload } from '@cess/frame'
import { type Era, type MultiSignature, mortalEra } from '@cess/primitives'
import { encode } from '@cess/scale'
import { runtime } from './definitions.ts'

/** The account of a key: the public key itself, or its hash for ecdsa. */
export const accountOf = (pair: Pick<KeyPair, 'scheme' | 'publicKey'>): AccountId =>
  toHex(pair.scheme === 'ecdsa' ? blake2b256(pair.publicKey) : pair.publicKey) as AccountId

export interface SigningContext {
  readonly genesisHash: Hash
  readonly specVersion: number
  readonly transactionVersion: number
  /** A recent finalized block that the transaction's lifetime starts at. */
  readonly birth: { readonly hash: Hash; readonly number: number }
  readonly nonce: number
  /** Balance units on top of the fee. */
  readonly tip?: bigint
}

/** Blocks that a signed transaction stays valid. */
export const LIFETIME = 64

const schemeNames = { sr25519: 'Sr25519', ed25519: 'Ed25519', ecdsa: 'Ecdsa' } as const

/** Signs a call as an extrinsic of format 4 (without its length prefix). */
export function signCall(pair: KeyPair, call: RuntimeCall, context: SigningContext): Uint8Array {
  // Phase = birth number, so that the era begins exactly there.
  const era: Era = mortalEra(LIFETIME, context.birth.number)
  const extras: Readonly<Record<string, unknown>> = {
    CheckMortality: era,
    CheckNonce: context.nonce,
    ChargeTransactionPayment: context.tip ?? 0n,
  }
  const implicit: Readonly<Record<string, unknown>> = {
    CheckSpecVersion: context.specVersion,
    CheckTxVersion: context.transactionVersion,
    CheckGenesis: context.genesisHash,
    CheckMortality: context.birth.hash,
  }
  const of = (values: Readonly<Record<string, unknown>>) =>
    runtime.extensions.map(({ identifier }) => values[identifier])
  const extra = encode(runtime.extra, of(extras))
  const encoded = encode(runtime.call, call)
  const payload = signingPayload(concat(encoded, extra), runtime.extensions, of(implicit))
  const signature = { type: schemeNames[pair.scheme], value: pair.sign(payload) } as MultiSignature
  return signedExtrinsic({ type: 'Id', value: accountOf(pair) }, signature, {
    extra,
    call: encoded,
  })
}
