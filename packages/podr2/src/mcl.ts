import mcl from 'mcl-wasm'
import { Podr2Error } from './errors.ts'

/**
 * The functions of mcl's C interface that are used here. mcl-wasm exports them without types; its own classes
 * copy every operand several times, and have neither a choice of DST nor constant-time multiplication.
 * All arguments are addresses in the module's memory, or sizes.
 */
interface Mcl {
  readonly wasmMemory: { readonly buffer: ArrayBuffer }
  _malloc(bytes: number): number
  _free(at: number): void
  _mclBn_setETHserialization(on: number): void
  _mclBn_setMapToMode(mode: number): number
  _mclBn_verifyOrderG1(on: number): void
  _mclBn_verifyOrderG2(on: number): void
  _mclBnFr_setLittleEndian(out: number, bytes: number, size: number): number
  _mclBnG1_hashAndMapToWithDst(
    out: number,
    message: number,
    size: number,
    dst: number,
    dstSize: number,
  ): number
  _mclBnG1_deserialize(out: number, bytes: number, size: number): number
  _mclBnG2_deserialize(out: number, bytes: number, size: number): number
  _mclBnG1_serialize(out: number, size: number, point: number): number
  _mclBnG2_serialize(out: number, size: number, point: number): number
  _mclBnG1_isValidOrder(point: number): number
  _mclBnG2_isValidOrder(point: number): number
  _mclBnG1_isZero(point: number): number
  _mclBnG2_isZero(point: number): number
  _mclBnG1_neg(out: number, point: number): void
  _mclBnG1_add(out: number, a: number, b: number): void
  _mclBnG2_add(out: number, a: number, b: number): void
  _mclBnG2_sub(out: number, a: number, b: number): void
  _mclBnG1_mul(out: number, point: number, scalar: number): void
  _mclBnG2_mul(out: number, point: number, scalar: number): void
  _mclBnG1_mulCT(out: number, point: number, scalar: number): void
  _mclBnG2_mulCT(out: number, point: number, scalar: number): void
  _mclBnG1_mulVec(out: number, points: number, scalars: number, count: number): void
  _mclBnG1_normalizeVec(out: number, points: number, count: number): void
  _mclBn_millerLoopVec(out: number, g1: number, g2: number, count: number): void
  _mclBn_finalExp(out: number, value: number): void
  _mclBnGT_isOne(value: number): number
}

/** RFC 9380: simplified SWU with the suites of BLS12-381. */
const MAP_RFC9380 = 5

let loading: Promise<void> | undefined
let loaded: Mcl | undefined

async function load(): Promise<void> {
  await mcl.init(mcl.BLS12_381)
  const { mod } = mcl as unknown as { readonly mod: Mcl }
  mod._mclBn_setETHserialization(1)
  mod._mclBn_setMapToMode(MAP_RFC9380)
  // Orders are checked where points come in, by name, instead of by a switch that anybody may flip.
  mod._mclBn_verifyOrderG1(0)
  mod._mclBn_verifyOrderG2(0)
  loaded = mod
}

/**
 * Loads the curve arithmetic, once for each thread. Everything else here needs it and throws
 * Podr2Error NOT_READY before it has resolved.
 */
export function initPodr2(): Promise<void> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

/** @throws Podr2Error NOT_READY */
export function curveModule(): Mcl {
  if (!loaded)
    throw new Podr2Error(
      'NOT_READY',
      'The curve arithmetic is not loaded yet. Await initPodr2() once before anything else of @cess/podr2.',
    )
  return loaded
}

let view = new Uint8Array(0)

/** The module's memory. Not to be kept: memory that grows has a new buffer. */
export function heap(): Uint8Array {
  const { buffer } = curveModule().wasmMemory
  if (view.buffer !== buffer) view = new Uint8Array(buffer)
  return view
}
