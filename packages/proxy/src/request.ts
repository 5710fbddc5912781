import { type AccountId, concat, fromHex, u32le, utf8 } from '@cess/bytes'
import { blake2b256, sr25519Verify } from '@cess/crypto'
import { answerMessage, type Capsule, capsule, share } from '@cess/reencryption'
import { fixedBytes, type Infer, struct, u8, u32 } from '@cess/scale'

/** Blocks that a signed request is good for. */
export const REQUEST_BLOCKS = 50

/** A grantee asks a proxy for its share of a file's capsule. */
export const shareRequest = struct('cess_proxy::ShareRequest', {
  grant: u32,
  /** Which file of the grant. */
  file: u8,
  capsule,
  /** A recent block. */
  block: u32,
  /** sr25519, by the grantee's key. */
  signature: fixedBytes(64),
})
export type ShareRequest = Infer<typeof shareRequest>

/** A share, and the proxy's signature that makes it answer for it. */
export const shareAnswer = struct('cess_proxy::ShareAnswer', {
  share,
  /** The finalized block whose state the proxy looked at. */
  block: u32,
  /** sr25519 over `answerMessage` of @cess/reencryption, by the proxy's account. */
  signature: fixedBytes(64),
})
export type ShareAnswer = Infer<typeof shareAnswer>

/** What a grantee signs: for this proxy, this capsule and a while alone. */
export const requestMessage = (
  genesis: Uint8Array,
  proxy: AccountId,
  { grant, file, block }: Pick<ShareRequest, 'grant' | 'file' | 'block'>,
  { e, v, s }: Capsule,
): Uint8Array =>
  blake2b256(
    concat(
      utf8('cess/proxy/request/1'),
      ...[genesis, fromHex(proxy), u32le(grant), Uint8Array.of(file), u32le(block), e, v, s],
    ),
  )

/** Whether the grantee signed this request, not long before `now`. A block of the future counts as one that is too old. */
export function isSigned(
  genesis: Uint8Array,
  proxy: AccountId,
  request: ShareRequest,
  grantee: Uint8Array,
  now: number,
): boolean {
  // Nodes see finality at different times: a little ahead is fine.
  const ahead = request.block - now
  if (ahead > REQUEST_BLOCKS || ahead < -REQUEST_BLOCKS) return false
  const message = requestMessage(genesis, proxy, request, request.capsule)
  return sr25519Verify(request.signature, message, grantee)
}

/**
 * Whether a proxy has signed its answer so that it can be held to it: by its account, for a block that was final not long
 * ago. One that says it looked at an old block could not be shown to have answered after the end.
 */
export function isAnswered(
  context: Uint8Array,
  proxy: AccountId,
  capsule: Capsule,
  { share, block, signature }: ShareAnswer,
  now: number,
): boolean {
  if (Math.abs(block - now) > REQUEST_BLOCKS) return false
  return sr25519Verify(signature, answerMessage(context, block, capsule, share), fromHex(proxy))
}
