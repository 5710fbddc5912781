import { type AccountId, type FileId, fromUtf8, utf8 } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import type { ChainClient } from '../chain/client.ts'

/** A stored file of an account. Its name is in its header: `openFile`. */
export interface ListedFile {
  readonly fid: FileId
  /** Bytes of ciphertext. */
  readonly size: number
  readonly territory: string
}

/** Stored files of an account, those of one territory if named, as the best block has them. */
export async function* listFiles(
  chain: Pick<ChainClient, 'best'>,
  account: AccountId,
  { territory }: { readonly territory?: string | undefined } = {},
): AsyncGenerator<ListedFile, void> {
  const { query } = await chain.best()
  const first = [account, ...(territory === undefined ? [] : [utf8(territory)])]
  for await (const [[, name, fid], size] of query.FileBank.UserFiles.entries(...first)) {
    let shown: string
    try {
      shown = fromUtf8(name)
    } catch {
      shown = `0x${name.toHex()}`
    }
    yield { fid, size: Number(size), territory: shown }
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
