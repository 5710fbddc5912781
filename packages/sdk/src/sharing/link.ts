import { type FileId, isFileId } from '@cess/bytes'
import { sr25519FromSeed } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { type Account, accountFromPair } from '../account/account.ts'
import { SdkError } from '../errors.ts'

/** A link that lets whoever has it read a file, without an account: the key is in its fragment, which no server is sent. */
export interface ShareLink {
  /** Address of a gateway. */
  readonly gateway: string
  readonly fid: FileId
  readonly grant: number
  /** Seed of an sr25519 key that is used for this grant alone. */
  readonly seed: Uint8Array
}

const SEED_BYTES = 32
const MAX_LINK = 2_048

/** A key for one link. The grant is made to its account. */
export function linkKey(random: Random): { readonly seed: Uint8Array; readonly account: Account } {
  const seed = random.bytes(SEED_BYTES)
  return { seed, account: accountFromPair(sr25519FromSeed(seed)) }
}

export const linkText = ({ gateway, fid, grant, seed }: ShareLink): string =>
  `${gateway.replace(/\/+$/, '')}/shared/${fid}?grant=${grant}#${seed.toBase64({ alphabet: 'base64url', omitPadding: true })}`

/** Whether an argument is meant as a link. */
export const isLink = (text: string): boolean => /^https?:\/\//.test(text)

/** Reads a link. @throws SdkError BAD_LINK, which repeats nothing of its key */
export function parseLink(text: string): ShareLink & { readonly account: Account } {
  const bad = (): SdkError =>
    new SdkError(
      'BAD_LINK',
      'This is no link to a shared file. Copy it whole: it ends in # and 43 letters and digits.',
    )
  if (text.length > MAX_LINK) throw bad()
  try {
    const { origin, pathname, searchParams, hash } = new URL(text)
    const parts = /^(.*)\/shared\/([0-9a-f]{64})$/.exec(pathname)
    const grant = searchParams.get('grant') ?? ''
    const seed = Uint8Array.fromBase64(hash.slice(1), { alphabet: 'base64url' })
    const fid = parts?.[2]
    if (!isFileId(fid) || !/^\d{1,10}$/.test(grant) || seed.length !== SEED_BYTES) throw bad()
    const account = accountFromPair(sr25519FromSeed(seed))
    return { gateway: `${origin}${parts![1]}`, fid, grant: Number(grant), seed, account }
  } catch {
    throw bad()
  }
}
