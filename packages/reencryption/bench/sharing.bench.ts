// What sharing costs on one thread. `node bench/sharing.bench.ts` prints one JSON line a measure. Peer, in the same run:
// umbral-pre, the Rust reference of Umbral (secp256k1) in WebAssembly. It is GPL: compared with here, and shipped nowhere.
import { randomFillSync } from 'node:crypto'
import * as umbral from '@nucypher/umbral-pre'
import { scalarBytes } from '../src/group.ts'
import {
  createProxy,
  type DelegatingKey,
  delegate,
  encapsulate,
  openShares,
  publicKeyOf,
  verifyKeyFragment,
  verifyShare,
  wideScalar,
} from '../src/index.ts'

const ROUNDS = 7
const BATCH = 20
const random = { bytes: (length: number) => randomFillSync(new Uint8Array(length)) }
const keyPair = (): DelegatingKey => {
  const secret = scalarBytes(wideScalar(random.bytes(64)))
  return { secret, publicKey: publicKeyOf(secret) }
}
const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1]!
const round = (n: number): number => Number(n.toPrecision(3))
const timed = (run: () => unknown): number => {
  const started = performance.now()
  for (let i = 0; i < BATCH; i++) run()
  return (performance.now() - started) / BATCH
}

function measure(name: string, ours: () => unknown, theirs: () => unknown): void {
  const [own, other]: [number[], number[]] = [[], []]
  for (let i = 0; i <= ROUNDS; i++) {
    const [a, b] = [timed(ours), timed(theirs)]
    if (i === 0) continue // warms up
    own.push(a)
    other.push(b)
  }
  const [ms, peerMs] = [median(own), median(other)]
  console.log(
    JSON.stringify({
      name,
      value: round(1000 / ms),
      unit: '1/s',
      peer: 'umbral-pre (Rust in WebAssembly)',
      peerValue: round(1000 / peerMs),
      ratio: round(peerMs / ms),
    }),
  )
}

const [owner, grantee] = [keyPair(), keyPair()]
const { capsule } = encapsulate(owner.publicKey, random)
const how = {
  delegating: owner,
  grantee: grantee.publicKey,
  context: random.bytes(32),
  threshold: 3,
  fragments: 5,
  random,
}
const { delegation, fragments } = delegate(how)
const proxy = createProxy(delegation, fragments[0]!)
const shares = fragments
  .slice(0, 3)
  .map((one) => createProxy(delegation, one).reencrypt(capsule, random))
const opening = {
  ...{ delegation, capsule, shares, threshold: 3 },
  secret: grantee.secret,
  commitments: fragments,
}

const [alice, bob] = [umbral.SecretKey.random(), umbral.SecretKey.random()]
const signer = new umbral.Signer(umbral.SecretKey.random())
const [sealed, text] = umbral.encrypt(alice.publicKey(), random.bytes(32))
const make = () => umbral.generateKFrags(alice, bob.publicKey(), signer, 3, 5, true, true)
const kfrags = make()
const cfrags = kfrags.slice(0, 3).map((kfrag) => umbral.reencrypt(sealed, kfrag))
const [verifying, alicePublic, bobPublic] = [
  signer.verifyingKey(),
  alice.publicKey(),
  bob.publicKey(),
]
const plain = cfrags[0]!.toBytes()
const kplain = kfrags[0]!.toBytes()

measure(
  're-encryption: shares made',
  () => proxy.reencrypt(capsule, random),
  () => umbral.reencrypt(sealed, kfrags[0]!),
)
measure(
  're-encryption: shares verified',
  () => verifyShare(delegation, fragments[0]!, capsule, shares[0]!),
  () => umbral.CapsuleFrag.fromBytes(plain).verify(sealed, verifying, alicePublic, bobPublic),
)
measure('re-encryption: grants of 3 of 5 made', () => delegate(how), make)
measure(
  're-encryption: key fragments verified',
  () => verifyKeyFragment(delegation, fragments[0]!),
  () => umbral.KeyFrag.fromBytes(kplain).verify(verifying, alicePublic, bobPublic),
)
measure(
  're-encryption: files opened from 3 shares, all verified',
  () => openShares(opening),
  () => {
    const verified = cfrags.map((cfrag) =>
      umbral.CapsuleFrag.fromBytes(cfrag.toBytes()).verify(
        sealed,
        verifying,
        alicePublic,
        bobPublic,
      ),
    )
    return umbral.decryptReencrypted(bob, alicePublic, sealed, verified, text)
  },
)
