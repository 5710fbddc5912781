// What calls of rights cost, against the time that their weights give them (for the same calls with the most owners and
// parents that there may be). `node bench/rights.bench.ts` prints one JSON line a call.
import type { RuntimeCall } from '@cess/frame'
import { by, keyOf, TOKEN, testChain } from '../test/support/chain.ts'
import {
  buyCall,
  claimCall,
  claimOf,
  codesOf,
  commitCall,
  offerLicence,
  register,
} from '../test/support/rights.ts'
import { FEE, FILE, sharingChain } from '../test/support/sharing.ts'

const ROUNDS = 30
const c = sharingChain(testChain())
const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1]!
function timed(who: string, call: RuntimeCall): number {
  const started = performance.now()
  c.ok(by(who), call)
  return performance.now() - started
}
/** Milliseconds. */
function weightOf(call: RuntimeCall): number {
  const { type, value } = call.value as { type: string; value: unknown }
  const calls: Readonly<Record<string, { readonly weight: unknown }>> = c.pallets.Mdrc
    .calls as never
  const { weight } = calls[type]!
  const found = typeof weight === 'function' ? weight(value) : weight
  return Number((found as { refTime: bigint }).refTime) / 1e9
}
function print(name: string, call: RuntimeCall, times: number[]): void {
  const [ms, most] = [median(times), weightOf(call)]
  const [value, peerValue] = [Number(ms.toPrecision(3)), Number(most.toPrecision(3))]
  const ratio = Number((most / ms).toPrecision(3))
  console.log(
    JSON.stringify({
      name: `rights: ${name}`,
      value,
      unit: 'ms',
      peer: 'its weight',
      peerValue,
      ratio,
    }),
  )
}

const claims = Array.from({ length: ROUNDS }, (_, i) =>
  claimOf('bob', codesOf(`work ${i}`), i === 0 ? { file: FILE.fileHash } : {}),
)
for (const claim of claims) c.ok(by('bob'), commitCall(c, 'bob', claim))
c.blocks()
print(
  'claim',
  claimCall(c, claims[0]!),
  claims.map((claim) => timed('bob', claimCall(c, claim))),
)
const copies = claims
  .slice(0, 10)
  .map((_, i) =>
    register(c, 'mallory', claimOf('mallory', codesOf(`work ${i}`, { flips: 3, edit: ' x' }))),
  )
const challenge = (work: number, prior: number) => c.tx.Mdrc.challenge({ work, prior })
print(
  'challenge',
  challenge(copies[0]!, 0),
  copies.map((work, i) => timed('eve', challenge(work, i))),
)
const plain = offerLicence(c, 'bob', 1)
const buys = Array.from({ length: ROUNDS }, () => timed('dave', buyCall(c, 1, plain)))
print('purchase', buyCall(c, 1, plain), buys)
const access = offerLicence(c, 'bob', 0, {
  access: { threshold: 3, proxies: 5 },
  blocks: 100,
  fee: TOKEN,
})
const want = { reader: keyOf('dave').publicKey, proxyFee: FEE }
const sales = Array.from({ length: ROUNDS }, () => timed('dave', buyCall(c, 0, access, want)))
print('purchase with access', buyCall(c, 0, access, want), sales)
