import { toHex } from '@cess/bytes'
import { hash256, header } from '@cess/primitives'
import { bytes, encode, struct, vec } from '@cess/scale'
import { RpcError } from '../errors.ts'
import { type Methods, subscription } from '../method.ts'
import type { RpcServices } from '../services.ts'

const finalityProof = struct('', {
  block: hash256,
  justification: bytes,
  unknownHeaders: vec(header),
})

/** GRANDPA's votes and proofs, BABE's slots. */
export function consensusMethods({ chain, grandpa, epochAuthorship }: RpcServices): Methods {
  return {
    grandpa_roundState: {
      run() {
        if (!grandpa) throw new RpcError(1, 'GRANDPA does not run on this node')
        return grandpa.roundState()
      },
    },
    grandpa_proveFinality: {
      run(params) {
        const number = params.integer(0, 'block number', 2 ** 32 - 1)
        const { finalizedNumber } = chain.info()
        if (number > finalizedNumber)
          throw new RpcError(2, `block ${number} is not final yet; ${finalizedNumber} is`)
        // The nearest block from there on whose justification is stored proves all before it.
        const unknown = []
        for (let n = number; n <= finalizedNumber; n++) {
          const hash = chain.hashAt(n)
          const found = hash && chain.header(hash)
          if (!hash || !found) break
          if (n > number) unknown.push(found)
          const justification = chain.justification(hash)
          if (justification)
            return toHex(
              encode(finalityProof, { block: hash, justification, unknownHeaders: unknown }),
            )
          if (unknown.length > 4096) break
        }
        return null
      },
    },
    ...subscription(
      {
        subscribe: 'grandpa_subscribeJustifications',
        unsubscribe: 'grandpa_unsubscribeJustifications',
        notification: 'grandpa_justifications',
      },
      (sub) => {
        sub.onClose(
          chain.subscribe((event) => {
            const proof = event.type === 'finalized' && chain.justification(event.hash)
            if (proof) sub.push(toHex(proof))
          }),
        )
      },
    ),
    babe_epochAuthorship: { unsafe: true, run: () => epochAuthorship?.() ?? {} },
  }
}
