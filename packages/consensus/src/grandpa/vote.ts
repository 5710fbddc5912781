import { fromHex, type Hash, type Hex } from '@cess/bytes'
import { ed25519Verify } from '@cess/crypto'
import { type GrandpaMessage, grandpaSigned } from '@cess/primitives'
import { encode } from '@cess/scale'

export interface Block {
  readonly hash: Hash
  readonly number: number
}

export type Phase = 'Prevote' | 'Precommit'

/** What an authority said in a round whose number and set are known from where it is kept. */
export interface SignedMessage {
  readonly type: GrandpaMessage['type']
  readonly target: Block
  readonly signature: Uint8Array
  /** The authority's ed25519 public key. */
  readonly id: Hex
}
export type SignedVote = SignedMessage & { readonly type: Phase }

export const isVote = (message: SignedMessage): message is SignedVote =>
  message.type !== 'PrimaryPropose'

export const sameBlock = (a: Block | undefined, b: Block | undefined): boolean =>
  a?.hash === b?.hash && a?.number === b?.number

export const messageOf = (type: GrandpaMessage['type'], target: Block): GrandpaMessage => ({
  type,
  value: { targetHash: target.hash, targetNumber: target.number },
})

/** What an authority signs: `Message ‖ round ‖ set id`. */
export const signedBytes = (message: GrandpaMessage, round: bigint, setId: bigint): Uint8Array =>
  encode(grandpaSigned, { message, round, setId })

export const isSignedBy = (
  id: Hex,
  signature: Uint8Array,
  message: GrandpaMessage,
  round: bigint,
  setId: bigint,
): boolean => ed25519Verify(signature, signedBytes(message, round, setId), fromHex(id))
