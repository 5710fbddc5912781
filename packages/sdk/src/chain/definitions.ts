import { type RuntimeCall, txOf } from '@cess/frame'
import { createRuntime, DEVNET } from '@cess/runtime'

/**
 * The chain's definitions as a client needs them: calls, storage and codecs. They are the same for every
 * network; only the limits in the configuration differ. Nothing runs here, so signatures are not checked.
 */
export const { runtime } = createRuntime(DEVNET, {
  verifier: {
    verify() {
      throw new TypeError('a client does not execute blocks')
    },
  },
})

/** Typed constructors of every call of the chain: `tx.Balances.transfer_keep_alive({ dest, value })`. */
export const tx = txOf(runtime.pallets)

/** `Pallet.call`, as people know it. */
export const callName = (call: RuntimeCall): string => `${call.type}.${call.value.type}`
