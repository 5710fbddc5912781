import { EMPTY, type Hash } from '@cess/bytes'
import type { Chain, ImportBlock, Origin } from '@cess/chain'
import { blake2b256, sr25519Verify } from '@cess/crypto'
import type { Clock } from '@cess/ports'
import {
  BABE_ENGINE,
  type BabeEpoch,
  type BabePreDigest,
  babeEpoch,
  babePreDigest,
  type Extrinsic,
  engineLogs,
  type Header,
  header as headerCodec,
  unsealed,
} from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import { ConsensusError } from '../errors.ts'
import { checkClaim } from './claim.ts'

type EpochChain = Pick<Chain, 'header' | 'call'>

/** The epoch that a child of `parent` in `slot` belongs to; skipped epochs move its index and start on. */
export function epochFor(chain: EpochChain, parent: Hash, slot: bigint): BabeEpoch {
  const header = chain.header(parent)
  if (!header)
    throw new ConsensusError('UNKNOWN_PARENT', `Block ${parent} is unknown; import it first.`)
  const current = decode(babeEpoch, chain.call(parent, 'BabeApi_current_epoch', EMPTY))
  if (header.number === 0) return { ...current, epochIndex: 0n, startSlot: slot }
  if (slot < current.startSlot + current.duration) return current
  const next = decode(babeEpoch, chain.call(parent, 'BabeApi_next_epoch', EMPTY))
  const skipped = (slot - next.startSlot) / next.duration
  return {
    ...next,
    epochIndex: next.epochIndex + skipped,
    startSlot: next.startSlot + skipped * next.duration,
  }
}

/** The slot claim in a header. @throws ConsensusError BAD_PRE_DIGEST unless there is exactly one that decodes. */
export function preDigestOf(header: Header): BabePreDigest {
  const found = engineLogs(header.digest.logs, 'PreRuntime', BABE_ENGINE)
  try {
    if (found.length === 1) return decode(babePreDigest, found[0]!)
  } catch {}
  throw new ConsensusError('BAD_PRE_DIGEST', 'The header must carry one valid BABE slot claim.')
}

export interface CheckedHeader {
  readonly slot: bigint
  readonly authority: Uint8Array
  readonly isPrimary: boolean
  /** What the block adds to its chain's weight. */
  readonly weight: 0 | 1
}

export interface CheckOptions {
  readonly clock: Clock
  readonly slotMs: number
  /** Milliseconds that a peer's clock may be ahead of ours; 500 unless told. */
  readonly driftMs?: number
}

/** Checks slot, author and seal of a sealed header whose parent is known. @throws ConsensusError */
export function checkHeader(
  chain: EpochChain,
  header: Header,
  options: CheckOptions,
): CheckedHeader {
  const claim = preDigestOf(header)
  const { slot, authorityIndex } = claim.value
  const parent = chain.header(header.parentHash)
  if (!parent)
    throw new ConsensusError(
      'UNKNOWN_PARENT',
      `Block ${header.parentHash} is unknown; import it first.`,
    )
  const latest = Math.floor((options.clock.now() + (options.driftMs ?? 500)) / options.slotMs)
  if (slot > BigInt(latest))
    throw new ConsensusError(
      'SLOT_IN_FUTURE',
      `Slot ${slot} has not begun; try again later or check the clock.`,
    )
  if (parent.number > 0 && slot <= preDigestOf(parent).value.slot)
    throw new ConsensusError('SLOT_NOT_INCREASING', `Slot ${slot} is not after the parent's.`)
  const epoch = epochFor(chain, header.parentHash, slot)
  const authority = epoch.authorities[authorityIndex]?.[0]
  if (!authority)
    throw new ConsensusError(
      'UNKNOWN_AUTHORITY',
      `Epoch ${epoch.epochIndex} has no authority ${authorityIndex}.`,
    )
  checkSeal(header, authority)
  checkClaim(epoch, claim)
  const isPrimary = claim.type === 'Primary'
  return { slot, authority, isPrimary, weight: isPrimary ? 1 : 0 }
}

/** @throws ConsensusError BAD_SEAL unless the last log is this authority's signature of the rest, and the only seal. */
function checkSeal(header: Header, authority: Uint8Array): void {
  const seals = header.digest.logs.filter((log) => log.type === 'Seal')
  const signature = engineLogs(header.digest.logs.slice(-1), 'Seal', BABE_ENGINE)[0]
  const signed = blake2b256(encode(headerCodec, unsealed(header)))
  if (seals.length !== 1 || !signature || !sr25519Verify(signature, signed, authority))
    throw new ConsensusError('BAD_SEAL', 'The block is not sealed by its author; drop it.')
}

/** Verifies a sealed block's header and makes what `Chain.importBlock` takes. The chain executes the body. */
export function createBlockVerifier(deps: { readonly chain: EpochChain } & CheckOptions) {
  return (header: Header, body: readonly Extrinsic[], origin: Origin): ImportBlock => ({
    origin,
    header,
    body,
    weight: checkHeader(deps.chain, header, deps).weight,
  })
}
