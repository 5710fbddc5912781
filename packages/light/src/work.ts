import { type AccountId, type FileId, fromUtf8, toHex } from '@cess/bytes'
import type { WorkInfo } from '@cess/pallets/rights'
import { type IsccUnits, isccOf } from './codes.ts'

/** A work on chain, as people see it. */
export interface Work {
  readonly id: number
  readonly title: string
  readonly creator: AccountId
  readonly status: WorkInfo['status']
  readonly privacy: 'public' | 'committed' | 'custody'
  /** What is known of its codes: all of them, or nothing. */
  readonly codes: IsccUnits | undefined
  readonly file: FileId | undefined
  /** Basis points. */
  readonly owners: readonly { readonly account: AccountId; readonly bps: number }[]
  /** How many owners have to agree. */
  readonly consent: number
  readonly parents: readonly { readonly work: number; readonly royalty: number }[]
  /** The block that priority goes by, that of the claim, and the one that challenges end in or ended in. */
  readonly committed: number
  readonly claimed: number
  readonly until: number
  readonly dispute: number | undefined
  readonly metadata: string | undefined
  readonly c2pa: string | undefined
}

const PRIVACY = { Public: 'public', Committed: 'committed', Custody: 'custody' } as const
const shown = (bytes: Uint8Array): string => {
  try {
    return fromUtf8(bytes)
  } catch {
    return toHex(bytes)
  }
}

/** A work from what the chain stores. */
export function workFrom(id: number, info: WorkInfo): Work {
  const { fingerprint, title, metadata, c2pa, deposit: _, ...rest } = info
  return {
    ...rest,
    id,
    title: shown(title),
    privacy: PRIVACY[fingerprint.type],
    codes: fingerprint.type === 'Public' ? isccOf(fingerprint.value) : undefined,
    metadata: metadata && toHex(metadata),
    c2pa: c2pa && toHex(c2pa),
  }
}

/** What a status means, in words that claim no more than the chain knows. */
export function meaningOf({
  status,
  committed,
  until,
}: Pick<Work, 'status' | 'committed' | 'until'>): string {
  switch (status) {
    case 'Claimed':
      return `first claimed at block ${committed}; can be challenged until block ${until}`
    case 'Confirmed':
      return `first claimed at block ${committed}, unchallenged through block ${until}`
    case 'Sealed':
      return `committed to at block ${committed}; its codes are not shown, so nobody could challenge it`
    case 'Custody':
      return `its encrypted file is named since block ${committed}; nothing is said about what is in it`
    case 'Disputed':
      return 'a dispute about it is open'
    case 'Refused':
      return 'a dispute about it was lost'
    case 'Revoked':
      return 'its owners took it back'
  }
}
