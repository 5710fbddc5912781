import { RATE } from './chromaprint.ts'

/** Zero crossings of the filter on each side, and the part of the band that it keeps. */
const CROSSINGS = 16
const KEEP = 0.8

/** Places between two samples that the filter is worked out for. */
const PHASES = 128

/** Weights of the samples around a place, for each of the places; they sum to 1. */
function phasesOf(cut: number, reach: number): Float32Array[] {
  return Array.from({ length: PHASES }, (_, phase) => {
    const weights = Float64Array.from({ length: 2 * reach }, (_unused, k) => {
      const x = k - reach + 1 - phase / PHASES
      const t = Math.PI * cut * x
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (reach + 1))
      return (t === 0 ? 1 : Math.sin(t) / t) * window
    })
    const sum = weights.reduce((all, weight) => all + weight, 0)
    return Float32Array.from(weights, (weight) => weight / sum)
  })
}

/**
 * Takes sound of any rate and number of channels as it comes, and gives mono at 11,025 samples a second, scaled to
 * 16 bits, through a windowed sinc filter.
 */
export function createResampler(rate: number, out: (samples: Float32Array) => void) {
  const ratio = rate / RATE
  const cut = Math.min(1, 1 / ratio) * KEEP
  const reach = Math.ceil(CROSSINGS / cut)
  const phases = phasesOf(cut, reach)
  /** The last samples, from number `start` on; `next` is the number of the next one to come out. */
  let [start, next] = [-reach, 0]
  let buffer = new Float32Array(reach)

  function filter(centre: number): number {
    const first = Math.floor(centre)
    const weights = phases[Math.floor((centre - first) * PHASES)]!
    const from = first - reach + 1 - start
    let sum = 0
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * buffer[from + k]!
    return sum
  }
  function drain(): void {
    const made: number[] = []
    while (Math.floor(next * ratio) + reach < start + buffer.length) {
      made.push(Math.max(-32_768, Math.min(32_767, Math.round(filter(next * ratio) * 32_767))))
      next++
    }
    const keep = Math.max(0, Math.floor(next * ratio) - reach + 1 - start)
    buffer = buffer.slice(keep)
    start += keep
    if (made.length > 0) out(Float32Array.from(made))
  }

  return {
    /** Channels of one length, −1 to 1. */
    add(channels: readonly Float32Array[]): void {
      const length = channels[0]?.length ?? 0
      const more = new Float32Array(buffer.length + length)
      more.set(buffer)
      for (let i = 0; i < length; i++) {
        let sum = 0
        for (const channel of channels) sum += channel[i]!
        more[buffer.length + i] = sum / channels.length
      }
      buffer = more
      drain()
    },
    end(): void {
      this.add([new Float32Array(2 * reach)])
    },
  }
}
