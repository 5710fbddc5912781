import { LightError } from './errors.ts'

type Hex = string

/**
 * What proves a part of the chain's state to whoever knows the genesis hash. Bytes are 0x-hex, so that it is JSON.
 */
export interface ChainProof {
  /** SCALE header of block 0. */
  readonly genesis: Hex
  /** Nodes of the state of block 0 that prove who finalizes first. */
  readonly authorities: readonly Hex[]
  /** Every change of who finalizes, in order: the header that announces it, and the votes of those before for it. */
  readonly handoffs: readonly { readonly header: Hex; readonly justification: Hex }[]
  /** Header of the block whose state is read, and the votes for it. */
  readonly header: Hex
  readonly justification: Hex
  /** Nodes of its state that prove what the keys hold. */
  readonly storage: readonly Hex[]
}

/** A proof whose shape and sizes have been checked, and nothing else. */
export interface RawProof {
  readonly genesis: Uint8Array
  readonly authorities: readonly Uint8Array[]
  readonly handoffs: readonly { readonly header: Uint8Array; readonly justification: Uint8Array }[]
  readonly header: Uint8Array
  readonly justification: Uint8Array
  readonly storage: readonly Uint8Array[]
}

/** Changes of who finalizes, nodes of one state, and bytes in all. */
export const MAX_HANDOFFS = 4_096
export const MAX_NODES = 4_096
export const MAX_BYTES = 8 << 20

const malformed = (what: string): LightError =>
  new LightError(
    'MALFORMED',
    `This is no proof of the chain: ${what}. Ask for the file again; it may have been cut off or changed.`,
  )
const tooLarge = (what: string): LightError =>
  new LightError('TOO_LARGE', `The proof has ${what}. No honest proof is that large.`)

/** Reads a proof from JSON of anybody. @throws LightError MALFORMED, TOO_LARGE */
export function parseProof(input: unknown): RawProof {
  let left = MAX_BYTES
  const record = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
    if (typeof value !== 'object' || value === null) throw malformed(`${what} is missing`)
    return value as Record<string, unknown>
  }
  function bytes(value: unknown, what: string): Uint8Array {
    if (typeof value !== 'string' || !value.startsWith('0x')) throw malformed(`${what} is no hex`)
    left -= value.length / 2
    if (left < 0) throw tooLarge(`more than ${MAX_BYTES >> 20} MiB`)
    try {
      return Uint8Array.fromHex(value.slice(2))
    } catch {
      throw malformed(`${what} is no hex`)
    }
  }
  function list(value: unknown, what: string, most: number): readonly unknown[] {
    if (!Array.isArray(value)) throw malformed(`${what} is no list`)
    if (value.length > most) throw tooLarge(`more than ${most} ${what}`)
    return value
  }
  const given = record(input, 'it')
  const nodes = (name: string) =>
    list(given[name], name, MAX_NODES).map((node) => bytes(node, name))
  return {
    genesis: bytes(given['genesis'], 'genesis'),
    authorities: nodes('authorities'),
    handoffs: list(given['handoffs'], 'handoffs', MAX_HANDOFFS).map((one) => {
      const { header, justification } = record(one, 'a handoff')
      return {
        header: bytes(header, 'a header'),
        justification: bytes(justification, 'a justification'),
      }
    }),
    header: bytes(given['header'], 'header'),
    justification: bytes(given['justification'], 'justification'),
    storage: nodes('storage'),
  }
}
