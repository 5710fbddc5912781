import { readFileSync } from 'node:fs'
import type { NetworkProcess } from '@cess/localnet/process'

export interface Measure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly peer?: string
  readonly peerValue?: number
  readonly note?: string
}

/** Prints a measure as `scripts/bench.ts` reads it. */
export function report({ peerValue, ...measure }: Measure): void {
  const ratio = peerValue === undefined ? undefined : Number((measure.value / peerValue).toFixed(3))
  console.log(JSON.stringify({ ...measure, ...(peerValue !== undefined && { peerValue, ratio }) }))
}

/** Most MiB that a process has had resident so far (Linux). */
export const peakMiB = ({ pid }: NetworkProcess): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024)

export const largest = (processes: readonly NetworkProcess[]): number =>
  Math.max(...processes.map(peakMiB))
