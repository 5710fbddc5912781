import { type AccountId, type FileId, fromHex, utf8 } from '@cess/bytes'
import { blake2b256, hkdfSha256 } from '@cess/crypto'
import {
  type Claim,
  type Codes,
  claim as claimCodec,
  claimCommitment,
  codesCommitment,
} from '@cess/pallets'
import { encode } from '@cess/scale'
import type { Account } from '../account/account.ts'
import type { ChainClient } from '../chain/client.ts'
import type { Included } from '../chain/submit.ts'
import { SdkError } from '../errors.ts'

type Chain = Pick<ChainClient, 'finalized' | 'submit' | 'tx' | 'genesisHash'>

/**
 * What is shown of a work. `public`: its codes; whoever has the file, or one like it, can find the claim. `committed`: a
 * salted hash of them, which says nothing until it is opened. `custody`: the id of the encrypted file alone.
 */
export type Privacy = 'public' | 'committed' | 'custody'

export interface ClaimOptions {
  readonly account: Account
  /** At most 128 bytes; everybody can read it. */
  readonly title: string
  readonly codes: Codes
  readonly privacy?: Privacy
  /** The encrypted file in storage: needed to sell access, and for `custody`. */
  readonly file?: FileId | undefined
  /** Shares in basis points that add up to 10,000; all to the account unless told. */
  readonly owners?: readonly { readonly account: AccountId; readonly bps: number }[]
  /** How many owners have to agree on licences and revocation: 1 unless told. */
  readonly consent?: number
  /** Works that it is derived from, with the agreement that allows it; own works need none. */
  readonly parents?: readonly { readonly work: number; readonly agreement?: number | undefined }[]
  /** 32-byte hashes of a longer description, and of a C2PA manifest. */
  readonly metadata?: Uint8Array | undefined
  readonly c2pa?: Uint8Array | undefined
  /** Told when the commitment is final, before the claim is revealed. */
  readonly onCommitted?: (block: number) => void
}

const MAX_TITLE = 128

/** A salt that only the account can work out, so that nothing has to be kept for what is revealed later. */
const saltOf = (account: Account, what: string, subject: Uint8Array): Uint8Array =>
  hkdfSha256(account.contentSecret(), blake2b256(subject), `cess/mdrc/${what}-salt/1`, 32)
const codesSalt = (account: Account, { instance }: Codes): Uint8Array =>
  saltOf(account, 'codes', instance)

/** The number in an event of a call. @throws SdkError CHAIN_ERROR */
export function numberIn({ events }: Included, event: string, field: string): number {
  const value = events.find(({ name }) => name === `Mdrc.${event}`)?.data[field]
  if (typeof value !== 'number')
    throw new SdkError('CHAIN_ERROR', `The chain did not say which number the ${field} has.`)
  return value
}

function claimFrom(options: ClaimOptions): Claim {
  const { account, codes, privacy = 'public', consent = 1 } = options
  const title = utf8(options.title)
  if (title.length > MAX_TITLE)
    throw new SdkError(
      'BAD_NAME',
      `A title has at most ${MAX_TITLE} bytes, and this one ${title.length}.`,
    )
  const fingerprint: Claim['fingerprint'] =
    privacy === 'public'
      ? { type: 'Public', value: codes }
      : privacy === 'committed'
        ? { type: 'Committed', value: codesCommitment(codesSalt(account, codes), codes) }
        : { type: 'Custody', value: undefined }
  return {
    ...{ title, fingerprint, consent, file: options.file },
    parents: (options.parents ?? []).map(({ work, agreement }) => ({ work, agreement })),
    owners: [...(options.owners ?? [{ account: account.id, bps: 10_000 }])],
    ...{ metadata: options.metadata, c2pa: options.c2pa },
  }
}

/**
 * Claims a work: commits, waits until no fork can take that back, and reveals. Interrupted in between, the same call goes
 * on where it was. Returns the number of the work. @throws CallFailed, SdkError BAD_NAME
 */
export async function claimWork(chain: Chain, options: ClaimOptions): Promise<number> {
  const { account, onCommitted } = options
  const claim = claimFrom(options)
  const salt = saltOf(account, 'claim', encode(claimCodec, claim))
  const commitment = claimCommitment(fromHex(chain.genesisHash), account.id, salt, claim)
  const { query } = await chain.finalized()
  const before = await query.Mdrc.Commitments(account.id, commitment)
  if (before === undefined) {
    const { block } = await chain.submit(account.pair, chain.tx.Mdrc.commit({ commitment }))
    onCommitted?.(block.number)
  } else onCommitted?.(before)
  const done = await chain.submit(account.pair, chain.tx.Mdrc.claim({ claim, salt }))
  return numberIn(done, 'Claimed', 'work')
}

export interface OpenOptions {
  readonly account: Account
  readonly work: number
  /** What the codes may have been: the Meta-Code depends on the title and description that were given then. */
  readonly candidates: readonly Codes[]
}

/**
 * Shows the codes of a work that was claimed as `committed`. Returns the block.
 * @throws SdkError NOT_FOUND, BAD_CODES when none is what was committed to; CallFailed
 */
export async function openWork(
  chain: Chain,
  { account, work, candidates }: OpenOptions,
): Promise<number> {
  const info = await (await chain.finalized()).query.Mdrc.Works(work)
  if (!info) throw new SdkError('NOT_FOUND', `There is no work ${work} on this network.`)
  const { fingerprint } = info
  if (fingerprint.type !== 'Committed')
    throw new SdkError('BAD_CODES', `Work ${work} has no codes that could be opened.`)
  const codes = candidates.find(
    (one) => codesCommitment(codesSalt(account, one), one).toHex() === fingerprint.value.toHex(),
  )
  if (!codes)
    throw new SdkError(
      'BAD_CODES',
      'These are not the codes that were committed to. It takes the very same file, the account that claimed it, and the title and description that were given then.',
    )
  const call = chain.tx.Mdrc.open_codes({ work, codes, salt: codesSalt(account, codes) })
  return (await chain.submit(account.pair, call)).block.number
}
