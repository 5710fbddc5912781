import { type Hash, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import {
  type Block,
  type Header,
  headerHash,
  type MultiSignature,
  RuntimeTrap,
  type TransactionSource,
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
import { checkLimits, refundWeight, takeWeight } from './extrinsic/extensions.ts'
import { combine } from './extrinsic/validity.ts'
import { NONE, signed } from './origin.ts'
import type { InherentData, RuntimeCall } from './pallet.ts'
import type { Runtime, Verifier } from './runtime.ts'
import {
  beginBlock,
  beginExtrinsics,
  endBlock,
  endExtrinsics,
  noteApplied,
  noteExtrinsic,
} from './system/block.ts'
import {
  actualInfo,
  addWeight,
  type DispatchInfo,
  type PostInfo,
  subWeight,
  type Weight,
  ZERO_WEIGHT,
} from './weights.ts'

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
  /** Takes the block without its seal. @throws RuntimeTrap when anything in it is not as it must be. */
  executeBlock(block: Block): void
  inherentExtrinsics(data: InherentData): Uint8Array[]
  /** Sentences about inherents that contradict `data`. */
  checkInherents(block: Block, data: InherentData): string[]
  /** What the pool needs to know, at the block `at`. */
  validate(xt: Uint8Array, at: Hash, source: TransactionSource): TransactionValidity
  /**
   * What has to be verified before these extrinsics can be applied in the block after `parent`. Bare ones and those
   * of which it cannot be told are left out. Leaves the state as it is.
   */
  signatureJobs(extrinsics: readonly Uint8Array[], parent?: Hash): SignatureJob[]
}

/** Decoded, and signed by whom it says. */
interface Checked {
  readonly tx: CheckedExtrinsic
  readonly info: DispatchInfo
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

  function check(xt: Uint8Array): Checked {
    try {
      const tx = decode(xt)
      // No extension here finds an origin by other means than the signature.
      if (tx.general) throw invalid('UnknownOrigin')
      if (tx.signed) checkSignature(tx.signed)
      return { tx, info: runtime.dispatchInfo(tx.call) }
    } catch (error) {
      if (error instanceof ScaleError || error instanceof RangeError) throw invalid('Call')
      throw error
    }
  }

  /** Runs the migrations of a runtime that the state was not written by. */
  function upgrade(): Weight {
    const { specName, specVersion } = parts.version
    const last = system.storage.LastRuntimeUpgrade.get()
    if (last && last.specName === specName && last.specVersion >= specVersion) return ZERO_WEIGHT
    system.storage.LastRuntimeUpgrade.put({ specName, specVersion })
    return bound.reduce(
      (sum, { def, ctx }) => addWeight(sum, def.hooks?.onRuntimeUpgrade?.(ctx) ?? ZERO_WEIGHT),
      ZERO_WEIGHT,
    )
  }

  function initializeBlock(header: Header): void {
    const parent = system.number()
    if (header.number !== parent + 1)
      throw new RuntimeTrap(`block ${header.number} cannot follow block ${parent}`)
    beginBlock(system, ext(), header.number, header.parentHash, {
      // Only what the author decided beforehand; the runtime adds its own logs.
      logs: header.digest.logs.filter((log) => log.type === 'PreRuntime'),
    })
    let weight = upgrade()
    for (const { def, ctx } of bound)
      weight = addWeight(weight, def.hooks?.onInitialize?.(ctx, header.number) ?? ZERO_WEIGHT)
    system.addWeight('Mandatory', addWeight(weight, system.weights.baseBlock))
    beginExtrinsics(system)
  }

  function applySigned(
    tx: CheckedExtrinsic,
    signer: NonNullable<CheckedExtrinsic['signed']>,
    info: DispatchInfo,
    index: number,
  ): DispatchResult {
    if (info.class === 'Mandatory') throw invalid('MandatoryValidation')
    const context: TxContext = { who: signer.who, call: tx.call, info, length: tx.length }
    const prepared = extensions.map((e, i) => e.prepare?.(context, signer.extra[i]))
    const { result, post } = runtime.dispatch(signed(signer.who), tx.call)
    const actual = actualInfo(info, post)
    const corrected: PostInfo = { actualWeight: actual.weight, paysFee: actual.paysFee }
    for (const [i, e] of extensions.entries()) e.after?.(prepared[i], context, corrected, result)
    noteApplied(system, ext(), index, result, actual)
    return result
  }

  /** Inherents, which only a block's author brings, and transactions that a pallet takes without a signature. */
  function applyBare(tx: CheckedExtrinsic, info: DispatchInfo, index: number): DispatchResult {
    const mandatory = info.class === 'Mandatory'
    if (!mandatory) validateUnsigned(tx.call, 'InBlock')
    takeWeight(system, info, tx.length)
    const { result, post } = runtime.dispatch(NONE, tx.call)
    // A block whose inherents fail would be a block without them.
    if (mandatory && result.type === 'Err') throw invalid('BadMandatory')
    refundWeight(system, info, post)
    noteApplied(system, ext(), index, result, actualInfo(info, post))
    return result
  }

  function validateUnsigned(call: RuntimeCall, source: TransactionSource) {
    const { def, ctx } = bound.find((b) => b.def.name === call.type)!
    if (!def.unsigned)
      throw new InvalidTx({
        type: 'Unknown',
        value: { type: 'NoUnsignedValidator', value: undefined },
      })
    return def.unsigned.validate(ctx, call.value, source)
  }

  function applyChecked({ tx, info }: Checked, xt: Uint8Array): DispatchResult {
    const state = ext()
    state.begin()
    try {
      const index = system.extrinsicIndex() ?? 0
      noteExtrinsic(system, index, encode(bytes, xt))
      const result = tx.signed
        ? applySigned(tx, tx.signed, info, index)
        : applyBare(tx, info, index)
      state.commit()
      return result
    } catch (error) {
      // What does not get into the block leaves nothing in it, not even a counted nonce.
      state.rollback()
      throw error
    }
  }

  const applyExtrinsic = (xt: Uint8Array): DispatchResult => applyChecked(check(xt), xt)

  /** Hands the weight that is left over to work that can wait. */
  function idle(number: number): void {
    for (const { def, ctx } of bound) {
      if (!def.hooks?.onIdle) continue
      const { normal, operational, mandatory } = system.consumed()
      const used = addWeight(addWeight(normal, operational), mandatory)
      const left = subWeight(system.weights.maxBlock, used)
      if (left.refTime === 0n || left.proofSize === 0n) return
      system.addWeight('Mandatory', def.hooks.onIdle(ctx, number, left) ?? ZERO_WEIGHT)
    }
  }

  function finalizeBlock(): Header {
    endExtrinsics(system, ext(), system.extrinsicIndex() ?? 0)
    const number = system.number()
    idle(number)
    for (const { def, ctx } of bound) def.hooks?.onFinalize?.(ctx, number)
    return endBlock(system, ext(), parts.blockHashCount)
  }

  function executeBlock({ header, extrinsics }: Block): void {
    initializeBlock(header)
    let transactions = false
    for (const [i, xt] of extrinsics.entries())
      try {
        const checked = check(xt)
        if (checked.tx.signed || checked.info.class !== 'Mandatory') transactions = true
        else if (transactions)
          throw new RuntimeTrap(`extrinsic ${i} of the block is an inherent behind transactions`)
        applyChecked(checked, xt)
      } catch (error) {
        if (error instanceof InvalidTx)
          throw new RuntimeTrap(`extrinsic ${i} of the block is not valid: ${error.message}`)
        throw error
      }
    const built = finalizeBlock()
    if (headerHash(built) !== headerHash(header))
      throw new RuntimeTrap(
        `the header of block ${header.number} does not follow from its extrinsics: ${difference(built, header)}`,
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

  function judge(xt: Uint8Array, source: TransactionSource): ValidTransaction {
    const { tx, info } = check(xt)
    if (info.class === 'Mandatory') throw invalid('MandatoryValidation')
    if (!tx.signed) {
      const found = validateUnsigned(tx.call, source)
      checkLimits(system, info, tx.length)
      return combine([found])
    }
    const { who, extra } = tx.signed
    const context: TxContext = { who, call: tx.call, info, length: tx.length }
    return combine(extensions.map((e, i) => e.validate?.(context, extra[i])))
  }

  function validate(xt: Uint8Array, at: Hash, source: TransactionSource): TransactionValidity {
    try {
      // As in frame_executive: the transaction is looked at as if the next block had begun.
      beginBlock(system, ext(), system.number() + 1, at, { logs: [] })
      return { type: 'Ok', value: judge(xt, source) }
    } catch (error) {
      if (error instanceof InvalidTx) return { type: 'Err', value: error.value }
      throw error
    }
  }

  function jobOf(xt: Uint8Array): SignatureJob | undefined {
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
  }

  return {
    initializeBlock,
    applyExtrinsic,
    finalizeBlock,
    executeBlock,
    inherentExtrinsics,
    checkInherents,
    validate,
    signatureJobs(extrinsics, parent) {
      const state = ext()
      state.begin()
      try {
        // The block's own era and its parent's hash: recent transactions are signed over them.
        if (parent) beginBlock(system, state, system.number() + 1, parent, { logs: [] })
        return extrinsics.flatMap((xt) => jobOf(xt) ?? [])
      } finally {
        state.rollback()
      }
    },
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
