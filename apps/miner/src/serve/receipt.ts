import { type FileId, fromHex } from '@cess/bytes'
import { type Receipt, StorageRefusal } from '@cess/network'
import { receiptPayload } from '@cess/primitives'
import type { MinerContext } from '../context.ts'
import { dutyFor } from './duty.ts'

/** Files whose presence is checked side by side. */
const GROUP = 64

/** Signs that this miner has its whole column of a deal, once that is true. */
export function createReceipt(ctx: MinerContext) {
  const genesis = fromHex(ctx.chain.genesisHash)
  const { fragments } = ctx.store
  return async (_peer: string, fileId: FileId): Promise<Receipt> => {
    const { index, placement } = await dutyFor(ctx, fileId)
    const wanted = placement.segments.map((s) => s.fragments[index - 1] as FileId)
    let missing = 0
    for (let at = 0; at < wanted.length; at += GROUP) {
      const here = await Promise.all(wanted.slice(at, at + GROUP).map(fragments.intact))
      missing += here.filter((there) => !there).length
    }
    const members = await fragments.membersOf({ fileId, index })
    if (missing > 0 || members.length !== wanted.length)
      throw new StorageRefusal(
        'NotFound',
        `This miner does not have the whole column yet: ${Math.max(missing, wanted.length - members.length)} of ${wanted.length} fragments are missing. Send them, then ask again.`,
      )
    const signature = ctx.pair.sign(receiptPayload(genesis, fileId, index, ctx.pair.publicKey))
    return { signature, miner: ctx.account }
  }
}
