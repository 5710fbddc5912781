import { type Hash, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import {
  type Block,
  type Header,
  headerHash,
  type MultiSignature,
  RuntimeTrap,
  type TransactionValidity,
  type ValidTransaction,
} from '@cess/primitives'
import { bytes, encode, ScaleError } from '@cess/scale'
import type { DispatchResult } from './errors.ts'
import {
  bareExtrinsic,
  type CheckedExtrinsic,
  decodeExtrinsic,
  signingPayload,
} from './extrinsic/codec.ts'
import { InvalidTx, invalid, type TxContext } from './extrinsic/extension.ts'
import { takeWeight } from './extrinsic/extensions.ts'
import { NONE, signed } from './origin.ts'
import type { InherentData } from './pallet.ts'
import type { Runtime, Verifier } from './runtime.ts'
import {
  beginBlock,
  beginExtrinsics,
  endBlock,
  endExtrinsics,
  noteApplied,
  noteExtrinsic,
} from './system/block.ts'
import { addWeight, type DispatchInfo, ZERO_WEIGHT } from './weights.ts'

/** A signature to check: what `SignatureVerifier` takes. */
export interface SignatureJob {
  readonly scheme: 'sr25519' | 'ed25519' | 'ecdsa'
  readonly signature: Uint8Array
  readonly message: Uint8Array
  readonly publicKey: Uint8Array
}

/** The block-level logic of a runtime (frame_executive). Every function works on the state of the runtime's cell. */
export interface Executive {
  initializeBlock(header: Header): void
  /** @throws InvalidTx when the extrinsic does not belong in the block. */
  applyExtrinsic(xt: Uint8Array): DispatchResult
  finalizeBlock(): Header
  /** @throws RuntimeTrap when anything in the block is not as it must be. */
  executeBlock(block: Block): void
  inherentExtrinsics(data: InherentData): Uint8Array[]
  /** Sentences about inherents that contradict `data`. */
  checkInherents(block: Block, data: InherentData): string[]
  validate(xt: Uint8Array, at: Hash): TransactionValidity
  /** What has to be verified before this extrinsic can be applied now; undefined when it can't be told or is bare. */
  signatureJob(xt: Uint8Array): SignatureJob | undefined
}

const schemes = { Sr25519: 'sr25519', Ed25519: 'ed25519', Ecdsa: 'ecdsa' } as const

function verifySignature(
  verifier: Verifier,
  signature: MultiSignature,
  message: Uint8Array,
  who: Uint8Array,
): boolean {
  return verifier.verify(schemes[signature.type], signature.value, message, who)
}

export function createExecutive(runtime: Runtime): Executive {
  const { parts, bound, extensions } = runtime
  const system = runtime.use(parts.system)
  const ext = parts.cell.current

  const decode = (xt: Uint8Array): CheckedExtrinsic =>
    decodeExtrinsic(xt, runtime.call, runtime.extra)

  const messageOf = (signedXt: NonNullable<CheckedExtrinsic['signed']>): Uint8Array =>
    signingPayload(
      signedXt.signedPart,
      extensions,
      extensions.map((e, i) => e.implicit(signedXt.extra[i])),
    )

  function checkSignature(signedXt: NonNullable<CheckedExtrinsic['signed']>): void {
    const who = Uint8Array.fromHex(signedXt.who.slice(2))
    if (!verifySignature(parts.verifier, signedXt.signature, messageOf(signedXt), who))
      throw invalid('BadProof')
  }

  function check(xt: Uint8Array): { tx: CheckedExtrinsic; info: DispatchInfo } {
    try {
      const tx = decode(xt)
      if (tx.signed) checkSignature(tx.signed)
      return { tx, info: runtime.dispatchInfo(tx.call) }
    } catch (error) {
      if (error instanceof ScaleError || error instanceof RangeError) throw invalid('Call')
      throw error
    }
  }

  function initializeBlock(header: Header): void {
    beginBlock(system, ext(), header.number, header.parentHash, {
      // Only what the author decided beforehand; the runtime adds its own logs.
      logs: header.digest.logs.filter((log) => log.type === 'PreRuntime'),
    })
    let weight = ZERO_WEIGHT
    for (const { def, ctx } of bound)
      weight = addWeight(weight, def.hooks?.onInitialize?.(ctx, header.number) ?? ZERO_WEIGHT)
    system.addWeight('Mandatory', addWeight(weight, system.weights.baseBlock))
    beginExtrinsics(system)
  }

  function applyChecked(tx: CheckedExtrinsic, info: DispatchInfo, xt: Uint8Array): DispatchResult {
    const index = system.extrinsicIndex() ?? 0
    noteExtrinsic(system, index, encode(bytes, xt))
    if (!tx.signed) return applyInherent(tx, info, index)
    const context: TxContext = { who: tx.signed.who, call: tx.call, info, length: tx.length }
    const { extra } = tx.signed
    const prepared = extensions.map((e, i) => e.prepare?.(context, extra[i]))
    const { result, post } = runtime.dispatch(signed(tx.signed.who), tx.call)
    if (info.class === 'Mandatory' && result.type === 'Err') throw invalid('BadMandatory')
    for (const [i, e] of extensions.entries()) e.after?.(prepared[i], context, post, result)
    noteApplied(system, ext(), index, result, {
      ...info,
      weight: post.actualWeight ?? info.weight,
      paysFee: post.paysFee ?? info.paysFee,
    })
    return result
  }

  /** Bare extrinsics are inherents here: only a block's author can bring them. */
  function applyInherent(tx: CheckedExtrinsic, info: DispatchInfo, index: number): DispatchResult {
    if (info.class !== 'Mandatory') throw invalid('UnknownOrigin')
    takeWeight(system, info.class, info.weight, tx.length)
    const { result } = runtime.dispatch(NONE, tx.call)
    if (result.type === 'Err') throw invalid('BadMandatory')
    noteApplied(system, ext(), index, result, info)
    return result
  }

  function applyExtrinsic(xt: Uint8Array): DispatchResult {
    const { tx, info } = check(xt)
    if (info.class === 'Mandatory' && tx.signed) throw invalid('MandatoryValidation')
    return applyChecked(tx, info, xt)
  }

  function finalizeBlock(): Header {
    endExtrinsics(system, ext(), system.extrinsicIndex() ?? 0)
    const number = system.number()
    for (const { def, ctx } of bound) def.hooks?.onFinalize?.(ctx, number)
    return endBlock(system, ext(), parts.blockHashCount)
  }

  function executeBlock({ header, extrinsics }: Block): void {
    initializeBlock(header)
    for (const [i, xt] of extrinsics.entries())
      try {
        applyExtrinsic(xt)
      } catch (error) {
        if (error instanceof InvalidTx)
          throw new RuntimeTrap(`extrinsic ${i} of the block is not valid: ${error.message}`)
        throw error
      }
    const built = finalizeBlock()
    // The seal is not part of what the runtime saw.
    const logs = header.digest.logs.filter((log) => log.type !== 'Seal')
    const claimed = { ...header, digest: { logs } }
    if (headerHash(built) !== headerHash(claimed))
      throw new RuntimeTrap(
        `the header of block ${header.number} does not follow from its extrinsics: ${difference(built, claimed)}`,
      )
  }

  function inherentExtrinsics(data: InherentData): Uint8Array[] {
    return bound.flatMap(({ def, ctx }) => {
      const { inherent } = def
      const given = inherent && data.get(inherent.identifier)
      const made = given && inherent.create(ctx, given)
      if (!made) return []
      const value = { type: def.name, value: { type: made.call, value: made.args } }
      return [bareExtrinsic(runtime.call, value)]
    })
  }

  function checkInherents({ extrinsics }: Block, data: InherentData): string[] {
    const problems: string[] = []
    for (const xt of extrinsics) {
      const tx = decode(xt)
      if (tx.signed) continue
      const found = bound.find(({ def }) => def.name === tx.call.type)
      const inherent = found?.def.inherent
      const own = inherent && data.get(inherent.identifier)
      const problem = own && inherent.check(found.ctx, tx.call.value.value, own)
      if (problem) problems.push(problem)
    }
    return problems
  }

  function validate(xt: Uint8Array, at: Hash): TransactionValidity {
    try {
      // As in frame_executive: the transaction is looked at as if the next block had begun.
      beginBlock(system, ext(), system.number() + 1, at, { logs: [] })
      const { tx, info } = check(xt)
      if (info.class === 'Mandatory') throw invalid('MandatoryValidation')
      if (!tx.signed) throw invalid('UnknownOrigin')
      const { who, extra } = tx.signed
      const context: TxContext = { who, call: tx.call, info, length: tx.length }
      const parts = extensions.map((e, i) => e.validate?.(context, extra[i]))
      return { type: 'Ok', value: combine(parts) }
    } catch (error) {
      if (error instanceof InvalidTx) return { type: 'Err', value: error.value }
      throw error
    }
  }

  return {
    initializeBlock,
    applyExtrinsic,
    finalizeBlock,
    executeBlock,
    inherentExtrinsics,
    checkInherents,
    validate,
    signatureJob(xt) {
      try {
        const { signed: tx } = decode(xt)
        if (!tx) return undefined
        return {
          scheme: schemes[tx.signature.type],
          signature: tx.signature.value,
          message: messageOf(tx),
          publicKey: Uint8Array.fromHex(tx.who.slice(2)),
        }
      } catch {
        // Whatever is wrong with it, applying it says so.
        return undefined
      }
    },
  }
}

const U64_MAX = (1n << 64n) - 1n

/** Joins what the extensions say (ValidTransaction::combine_with). */
function combine(parts: readonly (Partial<ValidTransaction> | undefined)[]): ValidTransaction {
  let priority = 0n
  let longevity = U64_MAX
  let propagate = true
  const requires: Uint8Array[] = []
  const provides: Uint8Array[] = []
  for (const part of parts) {
    if (!part) continue
    priority += part.priority ?? 0n
    if (part.longevity !== undefined && part.longevity < longevity) longevity = part.longevity
    propagate &&= part.propagate ?? true
    requires.push(...(part.requires ?? []))
    provides.push(...(part.provides ?? []))
  }
  return {
    priority: priority > U64_MAX ? U64_MAX : priority,
    requires,
    provides,
    longevity,
    propagate,
  }
}

function difference(built: Header, claimed: Header): string {
  if (built.stateRoot !== claimed.stateRoot)
    return `state root ${built.stateRoot}, header says ${claimed.stateRoot}`
  if (built.extrinsicsRoot !== claimed.extrinsicsRoot)
    return `extrinsics root ${built.extrinsicsRoot}, header says ${claimed.extrinsicsRoot}`
  return 'the digest logs differ'
}

/** Hash by which a transaction is known: blake2-256 of it with its length prefix. */
export const extrinsicHash = (xt: Uint8Array): Hash => toHex(blake2b256(encode(bytes, xt))) as Hash
