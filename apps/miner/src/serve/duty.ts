import type { FileId } from '@cess/bytes'
import { type PutHeader, StorageRefusal } from '@cess/network'
import type { Placement } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'
import type { NewFragment } from '../store/fragments.ts'
import type { ColumnRef } from '../store/schema.ts'

/** What the chain wants of this miner for a file. */
export interface Duty extends ColumnRef {
  readonly placement: Placement
}

/** A gateway's node may be a block ahead of ours: how often, and how long apart, we look again. */
const LOOKS = 3
const LOOK_AGAIN_MS = 600

type Deps = Pick<MinerContext, 'account' | 'cache' | 'clock' | 'signal'>

const dutyIn = (
  account: MinerContext['account'],
  fileId: FileId,
  placement: Placement | undefined,
): Duty | undefined => {
  const at = placement?.miners.indexOf(account) ?? -1
  return placement && at >= 0 ? { fileId, index: at + 1, placement } : undefined
}

/** What the chain wants of us for a file now. @throws StorageRefusal NotExpected */
export async function dutyFor(deps: Deps, fileId: FileId): Promise<Duty> {
  const remembered = dutyIn(deps.account, fileId, await deps.cache.placement(fileId))
  if (remembered) return remembered
  for (let look = 1; ; look++) {
    const placement = await deps.cache.freshPlacement(fileId)
    const duty = dutyIn(deps.account, fileId, placement)
    if (duty) return duty
    if (placement || look >= LOOKS)
      throw new StorageRefusal(
        'NotExpected',
        placement
          ? 'The chain gives this file to other miners. Read the assignment of the deal again.'
          : 'The chain knows no deal and no file of this id. Declare it first, or wait until the declaration is in a block.',
      )
    await deps.clock.sleep(LOOK_AGAIN_MS, deps.signal)
  }
}

/** Checks that a fragment on offer is exactly the one that the chain gives us. @throws StorageRefusal NotExpected */
export async function expectFragment(deps: Deps, header: PutHeader): Promise<NewFragment> {
  const { fileId, index, placement } = await dutyFor(deps, header.fileId)
  const no = (why: string): StorageRefusal => new StorageRefusal('NotExpected', why)
  if (header.index !== index) throw no(`This miner has column ${index} of this file, no other.`)
  const segment = placement.segments[header.segment]
  if (!segment) throw no(`The file has ${placement.segments.length} segments, counted from 0.`)
  if (segment.fragments[index - 1] !== header.fragmentId)
    throw no(`Fragment ${index} of segment ${header.segment} has another id on chain.`)
  if (segment.size !== header.size)
    throw no(`A fragment of segment ${header.segment} has ${segment.size} bytes.`)
  return {
    fileId,
    index,
    segment: header.segment,
    id: header.fragmentId,
    segments: placement.segments.length,
    operator: placement.operator ?? placement.owner,
    owner: placement.owner,
    siblings: segment.fragments,
  }
}
