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

/** Phases of long eras count in steps, so that they fit in twelve bits. */
const quantum = (period: number): number => Math.max(period >> 12, 1)

/** sp_runtime::generic::Era: one byte 0, or two bytes that pack log2(period) and the quantized phase. */
export const era: Codec<Era> = {
  def: { tag: 'variant', path: 'sp_runtime::generic::era::Era', variants },
  write(w, v) {
    if (v.type === 'Immortal') {
      w.u8(0)
      return
    }
    const { period, phase } = v
    const steps = phase / quantum(period)
    const log = 31 - Math.clz32(period)
    if (log < 2 || log > 16 || 2 ** log !== period)
      throw new ScaleError('OUT_OF_RANGE', `${period} blocks are no period of an era`)
    if (!(Number.isInteger(steps) && phase >= 0 && phase < period))
      throw new ScaleError('OUT_OF_RANGE', `${phase} is no phase of an era of ${period} blocks`)
    w.u16((log - 1) | (steps << 4))
  },
  read(r) {
    const first = r.u8()
    if (first === 0) return { type: 'Immortal' }
    const packed = first | (r.u8() << 8)
    const period = 2 << (packed & 15)
    const phase = (packed >> 4) * quantum(period)
    if (period < 4 || phase >= period) throw new ScaleError('OUT_OF_RANGE', 'not a mortal era')
    return { type: 'Mortal', period, phase }
  },
}

/** The era that `current` falls in and that begins at or just before it: `blocks` long, rounded up to a power of two from 4 to 65536. */
export function mortalEra(blocks: number, current: number): Era {
  const period = Math.min(Math.max(2 ** Math.ceil(Math.log2(Math.max(blocks, 1))), 4), 65_536)
  const step = quantum(period)
  return { type: 'Mortal', period, phase: Math.floor((current % period) / step) * step }
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
