import { type Codec, ScaleError, u8, type VariantDef } from '@cess/scale'

/** How long a transaction stays valid: for ever, or for `period` blocks from the era that `phase` falls in. */
export type Era =
  | { readonly type: 'Immortal' }
  | { readonly type: 'Mortal'; readonly period: number; readonly phase: number }

const variants: VariantDef[] = [
  { name: 'Immortal', index: 0, fields: [] },
  ...Array.from({ length: 255 }, (_, i) => ({
    name: `Mortal${i + 1}`,
    index: i + 1,
    fields: [{ codec: u8 }],
  })),
]

/** sp_runtime::generic::Era: one byte 0, or two bytes that pack log2(period) and the quantized phase. */
export const era: Codec<Era> = {
  def: { tag: 'variant', path: 'sp_runtime::generic::era::Era', variants },
  write(w, v) {
    if (v.type === 'Immortal') {
      w.u8(0)
      return
    }
    const quantize = Math.max(v.period >> 12, 1)
    const low = Math.min(Math.max(31 - Math.clz32(v.period) - 1, 1), 15)
    w.u16(low | ((v.phase / quantize) << 4))
  },
  read(r) {
    const first = r.u8()
    if (first === 0) return { type: 'Immortal' }
    const packed = first | (r.u8() << 8)
    const period = 2 << (packed & 15)
    const quantize = Math.max(period >> 12, 1)
    const phase = (packed >> 4) * quantize
    if (period < 4 || phase >= period) throw new ScaleError('OUT_OF_RANGE', 'not a mortal era')
    return { type: 'Mortal', period, phase }
  },
}

/** The era of `period` blocks (a power of two, 4 to 65536) that begins at or before `current`. */
export function mortalEra(period: number, current: number): Era {
  const quantize = Math.max(period >> 12, 1)
  return { type: 'Mortal', period, phase: Math.floor((current % period) / quantize) * quantize }
}

/** First block of the era at block `current`. */
export const eraBirth = (value: Era, current: number): number =>
  value.type === 'Immortal'
    ? 0
    : Math.floor((Math.max(current, value.phase) - value.phase) / value.period) * value.period +
      value.phase

/** First block in which the transaction is no longer valid. */
export const eraDeath = (value: Era, current: number): number =>
  value.type === 'Immortal' ? Number.MAX_SAFE_INTEGER : eraBirth(value, current) + value.period
