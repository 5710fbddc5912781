import { type AccountId, type FileId, fromUtf8, utf8 } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { ChainClient } from '../chain/client.ts'

/** A file of an account. Its name is in its header: `openFile`. */
export interface ListedFile {
  readonly fid: FileId
  /** `queued`: declared, and on its way to its miners. */
  readonly state: 'queued' | 'stored'
  /** Bytes of ciphertext. */
  readonly size: number
  readonly territory: string
}

const shown = (name: Uint8Array): string => {
  try {
    return fromUtf8(name)
  } catch {
    return `0x${name.toHex()}`
  }
}

/**
 * Files of an account, those of one territory if named, as the best block has them: those on their way first. Looks
 * through all open deals of the chain, which are few.
 */
export async function* listFiles(
  chain: Pick<ChainClient, 'best'>,
  account: AccountId,
  { territory }: { readonly territory?: string | undefined } = {},
): AsyncGenerator<ListedFile, void> {
  const { query } = await chain.best()
  for await (const [[fid], deal] of query.FileBank.DealMap.entries()) {
    const claims = await query.FileBank.DealClaims(fid)
    const mine = [deal.user, ...claims.map(({ user }) => user)].find((u) => u.user === account)
    if (!mine) continue
    const space = shown(mine.territoryName)
    if (territory !== undefined && space !== territory) continue
    yield { fid, state: 'queued', size: Number(deal.fileSize), territory: space }
  }
  const first = [account, ...(territory === undefined ? [] : [utf8(territory)])]
  for await (const [[, name, fid], size] of query.FileBank.UserFiles.entries(...first)) {
    yield { fid, state: 'stored', size: Number(size), territory: shown(name) }
  }
}

/**
 * Deletes a file of the account on chain; its miners then let it go. Nobody can bring it back. Returns the block.
 * @throws CallFailed FileBank.FileNonExistent, FileBank.NotOwner
 */
export async function removeFile(
  chain: Pick<ChainClient, 'submit' | 'tx'>,
  pair: KeyPair,
  owner: AccountId,
  fid: FileId,
): Promise<number> {
  const call = chain.tx.FileBank.delete_file({ owner, fileHash: fid })
  return (await chain.submit(pair, call)).block.number
}
