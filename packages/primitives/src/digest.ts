import { EMPTY } from '@cess/bytes'
import { bytes, fixedBytes, type Infer, kase, struct, tuple, unit, variant, vec } from '@cess/scale'

const engineItem = tuple(fixedBytes(4), bytes)

/** One log of a header's digest (sp_runtime::generic::DigestItem). */
export const digestItem = variant('sp_runtime::generic::digest::DigestItem', {
  Other: kase(0, bytes),
  Consensus: kase(4, engineItem),
  Seal: kase(5, engineItem),
  PreRuntime: kase(6, engineItem),
  RuntimeEnvironmentUpdated: kase(8, unit),
})
export type DigestItem = Infer<typeof digestItem>

export const digest = struct('sp_runtime::generic::digest::Digest', { logs: vec(digestItem, 256) })
export type Digest = Infer<typeof digest>

const engine = (name: string): Uint8Array => Uint8Array.from(name, (c) => c.charCodeAt(0))
/** Consensus engine ids. */
export const BABE_ENGINE: Uint8Array = engine('BABE')
export const GRANDPA_ENGINE: Uint8Array = engine('FRNK')

/** Payloads of all logs of this kind and engine, in order. */
export function engineLogs(
  logs: readonly DigestItem[],
  kind: 'Consensus' | 'Seal' | 'PreRuntime',
  id: Uint8Array,
): Uint8Array[] {
  const found: Uint8Array[] = []
  for (const log of logs)
    if (log.type === kind && log.value[0].every((byte, i) => byte === id[i]))
      found.push(log.value[1] ?? EMPTY)
  return found
}
