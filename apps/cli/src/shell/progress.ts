import type { Clock } from '@cess/ports'
import picocolors from 'picocolors'
import { duration, size } from './format.ts'

/** Shows how a long piece of work goes on, on standard error. */
export interface Progress {
  /** `total` unknown: only the amount is shown. */
  update(label: string, done: number, total?: number): void
  /** A sentence in place of the bar. */
  say(text: string): void
  /** Takes the bar away. */
  clear(): void
}

export interface ProgressOptions {
  readonly clock: Clock
  /** Whether lines can be drawn over. */
  readonly live: boolean
  readonly width: () => number
  write(text: string): void
}

const DRAW_MS = 100
const BAR = 24

/** A bar on a terminal; plain lines, one for each label, elsewhere. */
export function createProgress({ clock, live, width, write }: ProgressOptions): Progress {
  let label = ''
  let began = 0
  let first = 0
  let drawn = Number.NEGATIVE_INFINITY
  let shown = false

  const line = (done: number, total: number | undefined, now: number): string => {
    const rate = now > began ? ((done - first) * 1000) / (now - began) : 0
    const speed = rate > 0 ? `  ${size(Math.round(rate))}/s` : ''
    if (total === undefined || total === 0)
      return done === 0 ? `${label} …` : `${label}  ${size(done)}${speed}`
    const part = Math.min(1, done / total)
    const full = Math.round(part * BAR)
    const bar = `${picocolors.cyan('█'.repeat(full))}${picocolors.dim('░'.repeat(BAR - full))}`
    const left = rate > 0 && part < 1 ? `  ${duration(((total - done) * 1000) / rate)} left` : ''
    const percent = `${Math.floor(part * 100)}`.padStart(3)
    return `${label}  ${bar} ${percent} %  ${size(done)} of ${size(total)}${speed}${left}`
  }
  const clear = (): void => {
    if (shown) write('\r\x1b[2K')
    shown = false
  }
  return {
    clear,
    say(text) {
      clear()
      write(`${text}\n`)
      label = ''
    },
    update(next, done, total) {
      const now = clock.now()
      if (next !== label) {
        label = next
        began = now
        first = done
        drawn = Number.NEGATIVE_INFINITY
        if (!live) write(`${label}${total === undefined ? '' : ` (${size(total)})`}\n`)
      }
      if (!live || (now - drawn < DRAW_MS && done !== total)) return
      drawn = now
      shown = true
      const text = line(done, total, now)
      // Colours have no width; cutting inside of one would leave it on.
      const fits = text.length < width() + 40
      write(`\r\x1b[2K${fits ? text : `${label}  ${size(done)}`}`)
    },
  }
}
