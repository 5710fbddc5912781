import { CLASSIFIERS, WIDEST } from './classifiers.ts'
import { createPowerSpectrum } from './fft.ts'

/** Samples a second, and of a frame; frames overlap by two thirds. */
export const RATE = 11_025
const FRAME = 4096
const STEP = FRAME - (FRAME - Math.floor(FRAME / 3))
const [LOWEST, HIGHEST, NOTES] = [28, 3520, 12]
/** Smooths notes over five frames. */
const SMOOTH = [0.25, 0.75, 1, 0.75, 0.25]
/** Frames quieter than this are silence. */
const QUIET = 0.01
const GRAY = [0, 1, 3, 2] as const

/** Hamming window, and what makes 16-bit samples fractions. */
const WINDOW = Float64Array.from(
  { length: FRAME },
  (_, i) => (0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (FRAME - 1))) / 32_767,
)
/** The note, of 12, that each frequency of the transform belongs to; -1 outside. */
const NOTE_OF = Int8Array.from({ length: FRAME / 2 }, (_, i) => {
  const bin = (hertz: number): number => Math.round((FRAME * hertz) / RATE)
  if (i < Math.max(1, bin(LOWEST)) || i >= Math.min(FRAME / 2, bin(HIGHEST))) return -1
  const octave = Math.log2((i * RATE) / FRAME / (440 / 16))
  return Math.floor(NOTES * (octave - Math.floor(octave)))
})

/** Makes a Chromaprint of samples as they come: mono, 11,025 a second, −32,768 to 32,767. */
export function createChromaprint() {
  const spectrum = createPowerSpectrum(FRAME)
  const waiting = new Float64Array(FRAME)
  const windowed = new Float64Array(FRAME)
  let held = 0
  /** Notes of the last frames, before they are smoothed. */
  const recent: Float64Array[] = []
  /** Sums of everything above and left of a place, row by row: a row for each frame, a column for each note. */
  const sums: Float64Array[] = []
  const features: number[] = []

  /** Sum of the values from frame `x`, note `y` on. */
  function area(x: number, y: number, width: number, height: number): number {
    const at = (row: number, column: number): number =>
      row < 0 || column < 0 ? 0 : sums[row]![column]!
    const [right, bottom] = [x + width - 1, y + height - 1]
    return at(right, bottom) - at(x - 1, bottom) - at(right, y - 1) + at(x - 1, y - 1)
  }
  const compare = (a: number, b: number): number => Math.log((1 + a) / (1 + b))
  function answer(shape: number, x: number, y: number, h: number, w: number): number {
    const whole = area(x, y, w, h)
    const [half, third] = [Math.floor(h / 2), Math.floor(h / 3)]
    const [halfW, thirdW] = [Math.floor(w / 2), Math.floor(w / 3)]
    if (shape === 0) return compare(whole, 0)
    if (shape === 1) {
      const low = area(x, y, w, half)
      return compare(area(x, y + half, w, h - half), low)
    }
    if (shape === 2) {
      const left = area(x, y, halfW, h)
      return compare(area(x + halfW, y, w - halfW, h), left)
    }
    if (shape === 3) {
      const a = area(x, y + half, halfW, h - half) + area(x + halfW, y, w - halfW, half)
      const b = area(x, y, halfW, half) + area(x + halfW, y + half, w - halfW, h - half)
      return compare(a, b)
    }
    if (shape === 4) {
      const middle = area(x, y + third, w, third)
      const rest = area(x, y, w, third) + area(x, y + 2 * third, w, h - 2 * third)
      return compare(middle, rest)
    }
    const middle = area(x + thirdW, y, thirdW, h)
    const rest = area(x, y, thirdW, h) + area(x + 2 * thirdW, y, w - 2 * thirdW, h)
    return compare(middle, rest)
  }
  function addRow(notes: Float64Array): void {
    const above = sums.at(-1)
    const row = new Float64Array(NOTES)
    for (let i = 0, sum = 0; i < NOTES; i++) {
      sum += notes[i]!
      row[i] = sum + (above?.[i] ?? 0)
    }
    sums.push(row)
    const first = sums.length - WIDEST
    if (first < 0) return
    let feature = 0
    for (const [shape, note, height, width, cuts] of CLASSIFIERS) {
      const value = answer(shape, first, note, height, width)
      const level = cuts.filter((cut) => value >= cut).length
      feature = (feature << 2) | GRAY[level]!
    }
    features.push(feature)
    // Only differences to the row before the shapes count: older ones are let go.
    if (sums.length > 4 * WIDEST) {
      const base = sums[sums.length - WIDEST - 1]!
      const kept = sums.splice(0, sums.length - WIDEST - 1)
      kept.length = 0
      for (const old of sums.slice(1)) for (let i = 0; i < NOTES; i++) old[i]! -= base[i]!
      sums.shift()
    }
  }
  function frame(): void {
    for (let i = 0; i < FRAME; i++) windowed[i] = waiting[i]! * WINDOW[i]!
    const power = spectrum(windowed)
    const notes = new Float64Array(NOTES)
    for (let i = 0; i < NOTE_OF.length; i++) {
      const note = NOTE_OF[i]!
      if (note >= 0) notes[note]! += power[i]!
    }
    recent.push(notes)
    if (recent.length < SMOOTH.length) return
    const smooth = new Float64Array(NOTES)
    for (const [k, weight] of SMOOTH.entries())
      for (let i = 0; i < NOTES; i++) smooth[i]! += weight * recent[k]![i]!
    recent.shift()
    const norm = Math.sqrt(smooth.reduce((sum, value) => sum + value * value, 0))
    addRow(norm < QUIET ? smooth.fill(0) : smooth.map((value) => value / norm))
  }

  return {
    add(samples: Float32Array): void {
      for (let at = 0; at < samples.length; ) {
        const take = Math.min(FRAME - held, samples.length - at)
        waiting.set(samples.subarray(at, at + take), held)
        held += take
        at += take
        if (held < FRAME) continue
        frame()
        waiting.copyWithin(0, STEP)
        held = FRAME - STEP
      }
    },
    /** Signed 32-bit features, eight a second or so. */
    finish: (): number[] => features,
  }
}
