import { fileId } from '@cess/bytes'
import { deleteFile } from '../chain/calls.ts'
import { askChain } from '../chain/errors.ts'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import { locate } from '../jobs/locate.ts'
import type { Cache } from '../read/cache.ts'
import type { Files } from '../read/files.ts'
import type { Authentication } from './auth.ts'
import { type Handler, ok } from './exchange.ts'

export interface RemoveDeps {
  readonly ctx: GatewayContext
  readonly auth: Authentication
  readonly files: Files
  readonly cache: Cache
}

/** `DELETE /file/:fid`: the owner's wish goes on chain, and our own copies go. */
export const removeRoute =
  ({ ctx, auth, files, cache }: RemoveDeps): Handler =>
  async (x) => {
    const owner = await auth.signer(x, { sdk: false })
    const fid = fileId(x.params['fid']!)
    const now = await askChain(() => locate(ctx, fid))
    if (now.at === 'deal')
      throw new GatewayError(
        'NOT_STORED_YET',
        'The file is on its way to its miners, and only a stored file can be deleted. Try again when it is stored.',
      )
    if (now.at === 'nowhere')
      throw new GatewayError('FILE_NOT_FOUND', 'There is no such file. Check the file id.')
    const { block } = await askChain(() => deleteFile(ctx, owner, fid))
    files.forget(fid)
    await cache.dropFile(fid)
    return ok({ fid, block: block.number })
  }
