import type { ApiPromise, Keyring } from '@polkadot/api'

export type Call = ReturnType<ApiPromise['tx'][string][string]>
export type Pair = Keyring['pairs'][number]
export interface Sent {
  readonly block: string
  /** `section.Method`, in order. */
  readonly events: readonly string[]
  /** `section.Name` of a module's error, or another failure. */
  readonly error: string | undefined
}

/** Signs, sends and watches a call until its block is there, or final. */
export function send(
  api: ApiPromise,
  call: Call,
  from: Pair,
  until: 'inBlock' | 'finalized' = 'inBlock',
  options: { readonly nonce?: number } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    call
      .signAndSend(from, options, ({ status, events, dispatchError, isError }) => {
        if (isError) reject(new Error(status.type))
        if (until === 'finalized' ? !status.isFinalized : !status.isInBlock) return
        const meta = dispatchError?.isModule
          ? api.registry.findMetaError(dispatchError.asModule)
          : undefined
        resolve({
          block: (until === 'finalized' ? status.asFinalized : status.asInBlock).toHex(),
          events: events.map(({ event }) => `${event.section}.${event.method}`),
          error: meta ? `${meta.section}.${meta.name}` : dispatchError?.toString(),
        })
      })
      .catch(reject)
  })
}

/** A query by name: what it finds is as untyped as the chain's own types are to this client. */
export const query = (api: ApiPromise, pallet: string, item: string) => api.query[pallet]![item]!
export const tx = (api: ApiPromise, pallet: string, call: string) => api.tx[pallet]![call]!
