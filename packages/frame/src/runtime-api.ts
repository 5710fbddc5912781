import { utf8 } from '@cess/bytes'
import { blake2b64 } from '@cess/crypto'
import type { AnyCodec, Codec, Fields, Shape } from '@cess/scale'

/** One exported function of a runtime API, callable by its name through `RuntimeHost.call`. */
export interface RuntimeApiMethod {
  readonly inputs: Fields
  readonly output: AnyCodec
  readonly docs: string
  run(args: never): unknown
}

export interface RuntimeApi {
  readonly name: string
  readonly version: number
  readonly methods: Readonly<Record<string, RuntimeApiMethod>>
}

/** Types one method: `inputs` decode the arguments, `output` encodes the answer. */
export const apiMethod = <I extends Fields, O>(method: {
  readonly inputs: I
  readonly output: Codec<O>
  readonly docs?: string
  run(args: Shape<I>): O
}): RuntimeApiMethod => ({ docs: '', ...method }) as RuntimeApiMethod

export const runtimeApi = (
  name: string,
  version: number,
  methods: Readonly<Record<string, RuntimeApiMethod>>,
): RuntimeApi => ({ name, version, methods })

/** The eight bytes by which a runtime version lists an API. */
export const apiId = (name: string): Uint8Array => blake2b64(utf8(name))
