import { type Hash, toHex } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import { type Header, hash256, header } from '@cess/primitives'
import { bytes, encode, struct, vec } from '@cess/scale'
import { RpcError } from '../errors.ts'
import { type Methods, subscription } from '../method.ts'
import type { RpcServices } from '../services.ts'

/** Codes of sc-consensus-grandpa-rpc. */
const NOT_READY = 1
const PROVE_FINALITY = 4
/** Headers that one proof may hold. */
const MAX_HEADERS = 4096

const finalityProof = struct('', {
  block: hash256,
  justification: bytes,
  unknownHeaders: vec(header),
})

/** The nearest justification from this block on, which proves all before it, with the headers between. */
function proveFinality(chain: Chain, number: number): string | null {
  const { finalizedNumber } = chain.info()
  if (number > finalizedNumber)
    throw new RpcError(
      PROVE_FINALITY,
      `GRANDPA prove finality rpc failed: block ${number} is not finalized yet, ${finalizedNumber} is`,
    )
  const unknownHeaders: Header[] = []
  for (let n = number; n <= finalizedNumber && unknownHeaders.length <= MAX_HEADERS; n++) {
    const block: Hash | undefined = chain.hashAt(n)
    const found = block && chain.header(block)
    if (!block || !found) return null
    if (n > number) unknownHeaders.push(found)
    const justification = chain.justification(block)
    if (justification) return toHex(encode(finalityProof, { block, justification, unknownHeaders }))
  }
  return null
}

/** GRANDPA's votes and proofs, BABE's slots. */
export function consensusMethods(services: RpcServices): Methods {
  const { chain, grandpa } = services
  return {
    grandpa_roundState: {
      run() {
        if (!grandpa) throw new RpcError(NOT_READY, 'GRANDPA RPC endpoint not ready')
        return grandpa.roundState()
      },
    },
    grandpa_proveFinality: {
      run: (params) => proveFinality(chain, params.integer(0, 'block number', 2 ** 32 - 1)),
    },
    ...subscription(
      {
        subscribe: 'grandpa_subscribeJustifications',
        unsubscribe: 'grandpa_unsubscribeJustifications',
        notification: 'grandpa_justifications',
      },
      (sub) => {
        if (!grandpa) throw new RpcError(NOT_READY, 'GRANDPA RPC endpoint not ready')
        // Of every block that votes finalize; the database keeps few of them.
        sub.onClose(grandpa.onJustification((proof) => sub.push(toHex(proof))))
      },
    ),
    babe_epochAuthorship: { unsafe: true, run: () => services.epochAuthorship?.() ?? {} },
  }
}
