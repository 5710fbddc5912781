import { utf8, ZERO_HASH } from '@cess/bytes'
import {
  type Extrinsic,
  type Header,
  header as headerCodec,
  RuntimeTrap,
  type TransactionValidityError,
  transactionValidityError,
} from '@cess/primitives'
import { bytes, decode, encode, fixedBytes, tuple, vec } from '@cess/scale'
import type { Overlay } from '@cess/state'
import type { BuildBlock, BuiltBlock } from './api.ts'
import { type Context, knownHeader, overlayAt, withState } from './context.ts'
import { ChainError, messageOf } from './errors.ts'

const extrinsicsCodec = vec(bytes)
/** sp_inherents::InherentData, a `BTreeMap<[u8; 8], Vec<u8>>`. */
const inherentDataCodec = vec(tuple(fixedBytes(8), bytes))

/** sc_basic_authorship's DEFAULT_BLOCK_SIZE_LIMIT. */
const SIZE_LIMIT = 4 * 1024 * 1024 + 512
/** Transactions that do not fit before the block counts as full: smaller ones further back get a chance. */
const MAX_SKIPPED = 8
/** Length prefixes of body and extrinsics, at most. */
const PREFIX = 4

function encodeInherentData(data: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...data].sort(([a], [b]) => (a < b ? -1 : 1))
  return encode(
    inherentDataCodec,
    entries.map(([id, value]) => [utf8(id), value] as const),
  )
}

/**
 * Applies one extrinsic in a transaction of its own. Undefined when it is in the block now: failing in
 * dispatch counts, since it paid for that. (ApplyExtrinsicResult = Result<DispatchResult, TransactionValidityError>.)
 */
function apply(
  context: Context,
  overlay: Overlay,
  extrinsic: Extrinsic,
): TransactionValidityError | 'trap' | undefined {
  overlay.begin()
  let kept = false
  try {
    const args = encode(bytes, extrinsic)
    const result = context.host.call('BlockBuilder_apply_extrinsic', args, overlay)
    if (result[0] !== 0) return decode(transactionValidityError, result.subarray(1))
    kept = true
    return undefined
  } catch (error) {
    if (!(error instanceof RuntimeTrap)) throw error
    context.logger.warn({ error }, 'the runtime panicked on an extrinsic')
    return 'trap'
  } finally {
    if (kept) overlay.commit()
    else overlay.rollback()
  }
}

const describe = (error: TransactionValidityError | 'trap'): string =>
  error === 'trap' ? 'panic' : `${error.type} ${error.value.type}`

/** Refusals that say nothing against the transaction itself: no room left, or what it builds on is not in the block. */
const isPassing = (error: TransactionValidityError | 'trap', reason: string): boolean =>
  error !== 'trap' && error.type === 'Invalid' && error.value.type === reason

async function applyTransactions(
  context: Context,
  overlay: Overlay,
  options: BuildBlock,
  body: Extrinsic[],
): Promise<void> {
  const limit = options.sizeLimit ?? SIZE_LIMIT
  let size = body.reduce((sum, xt) => sum + xt.length + PREFIX, 1024)
  let skipped = 0
  for await (const extrinsic of options.transactions) {
    if (skipped >= MAX_SKIPPED || options.shouldStop()) return
    if (size + extrinsic.length + PREFIX > limit) {
      skipped++
      continue
    }
    const refused = apply(context, overlay, extrinsic)
    if (!refused) {
      body.push(extrinsic)
      size += extrinsic.length + PREFIX
    } else if (isPassing(refused, 'ExhaustsResources')) skipped++
    else if (!isPassing(refused, 'Future')) {
      context.logger.debug({ reason: describe(refused) }, 'a pool transaction is invalid')
      options.onInvalid?.(extrinsic)
    }
  }
}

function applyInherents(context: Context, overlay: Overlay, options: BuildBlock): Extrinsic[] {
  const data = encodeInherentData(options.inherentData)
  const inherents = context.host.call('BlockBuilder_inherent_extrinsics', data, overlay)
  const body = [...decode(extrinsicsCodec, inherents)]
  for (const [i, inherent] of body.entries()) {
    const refused = apply(context, overlay, inherent)
    if (refused) throw new RuntimeTrap(`It refuses its own inherent ${i} (${describe(refused)}).`)
  }
  return body
}

async function build(context: Context, options: BuildBlock, parent: Header): Promise<BuiltBlock> {
  const overlay = overlayAt(context, options.parent)
  const { host } = context
  const header: Header = {
    parentHash: options.parent,
    number: parent.number + 1,
    stateRoot: ZERO_HASH,
    extrinsicsRoot: ZERO_HASH,
    digest: { logs: options.preDigests },
  }
  const mode = host.call('Core_initialize_block', encode(headerCodec, header), overlay)
  const body = applyInherents(context, overlay, options)
  // Core version 5 answers with an ExtrinsicInclusionMode: 1 is OnlyInherents (migrations run).
  if (mode[0] !== 1) await applyTransactions(context, overlay, options, body)
  const end = host.call('BlockBuilder_finalize_block', new Uint8Array(), overlay)
  const final = decode(headerCodec, end)
  const changes = overlay.finish()
  if (final.stateRoot !== changes.root)
    throw new RuntimeTrap(
      `Its state root is ${final.stateRoot}, and the state's is ${changes.root}.`,
    )
  return { header: final, body, changes }
}

/** Runs on an overlay of its own, beside the import queue. */
export async function buildBlock(context: Context, options: BuildBlock): Promise<BuiltBlock> {
  const parent = knownHeader(context, options.parent)
  try {
    return await build(context, options, parent)
  } catch (error) {
    withState(options.parent, () => {
      if (!(error instanceof RuntimeTrap)) throw error
    })
    throw new ChainError(
      'BUILD_FAILED',
      `The runtime could not build a block on ${options.parent}: ${messageOf(error)}`,
      error,
    )
  }
}
