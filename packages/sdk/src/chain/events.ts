import { type DispatchErrorValue, eventRecord, type Phase } from '@cess/frame'
import { type Codec, vec } from '@cess/scale'
import { runtime } from './definitions.ts'

/** An event of a block: `name` is `Pallet.Event`, `extrinsic` the position of what caused it, if anything did. */
export interface ChainEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
  readonly extrinsic: number | undefined
}

interface RawEvent {
  readonly type: string
  readonly value: { readonly type: string; readonly value: unknown }
}

export const eventsCodec = vec(eventRecord(runtime.event as Codec<RawEvent>))

export const eventOf = (record: { phase: Phase; event: unknown }): ChainEvent => {
  const event = record.event as RawEvent
  return {
    name: `${event.type}.${event.value.type}`,
    data: (event.value.value ?? {}) as Record<string, unknown>,
    extrinsic: record.phase.type === 'ApplyExtrinsic' ? record.phase.value : undefined,
  }
}

/** The name of a dispatch error as `Pallet.Name`, and its sentence. */
export function explainError(error: DispatchErrorValue): { name: string; why: string } {
  if (error.type !== 'Module') {
    const detail = typeof error.value === 'string' ? `.${error.value}` : ''
    return { name: `${error.type}${detail}`, why: KINDS[error.type] ?? 'the chain refused it.' }
  }
  const found = runtime.bound.find(({ def }) => def.index === error.value.index)
  const [name, why] = Object.entries(found?.def.errors ?? {})[error.value.error[0]!] ?? []
  if (!found || !name) return { name: `Module${error.value.index}`, why: 'an unknown error.' }
  return { name: `${found.def.name}.${name}`, why: String(why) }
}

const KINDS: Partial<Record<DispatchErrorValue['type'], string>> = {
  BadOrigin: 'this account may not do it.',
  Token: 'the balance does not allow it.',
  Arithmetic: 'a number is out of range.',
}
