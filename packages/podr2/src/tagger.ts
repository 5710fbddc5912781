import { concat, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto/hashes'
import { rowPoint } from './challenge.ts'
import { addMultipleOfBase } from './comb.ts'
import {
  base,
  encodeAllG1,
  type G1,
  IDENTITY_G1,
  multiplySecretG1,
  multiplySecretG2,
} from './curve.ts'
import { Podr2Error } from './errors.ts'
import { checkFragment, rowsOf, SECTORS } from './layout.ts'
import { curveModule } from './mcl.ts'
import { hashToScalar, reduce } from './scalar.ts'
import { createSectorArithmetic } from './sectors.ts'
import { encodeVerifier, provePossession, type TaggerSecret } from './verifier-key.ts'

/** Makes tags with a secret key. Whoever has the key can forge the compact leg, so keep it where fragments are not. */
export interface Tagger {
  /** Public key, 192 bytes: what `Audit.register_tagger` takes. */
  readonly verifier: Uint8Array
  /** What miners need to prove: α¹·g to α²⁰⁴⁷·g, 98 256 bytes. Made when first asked for (0.1 s). */
  readonly parameters: Uint8Array
  /** BLAKE2b-256 of the parameters. */
  readonly parametersHash: Uint8Array
  /** 96 bytes that prove the possession of the key in a context of `possessionContext`. */
  provePossession(context: Uint8Array): Uint8Array
  /**
   * Tags of a fragment, 48 bytes for each row of 63 488 bytes. The id must be its BLAKE3: it is not checked.
   * @throws Podr2Error BAD_LENGTH
   */
  tag(fragmentId: Uint8Array, fragment: Uint8Array): Uint8Array
}

const SECRET_X = utf8('cess/podr2/secret x/1')
const SECRET_ALPHA = utf8('cess/podr2/secret alpha/1')

/** @throws Podr2Error BAD_SEED */
function secretFrom(seed: Uint8Array): TaggerSecret {
  if (seed.length !== 32)
    throw new Podr2Error(
      'BAD_SEED',
      `A tagger's seed has 32 bytes, this one ${seed.length}. Make one with a secure random generator and keep it.`,
    )
  // Zero comes up with a probability of 2^-255; no seed leads there that anybody could find.
  return {
    seed: seed.slice(),
    x: hashToScalar(concat(SECRET_X, seed)),
    alpha: hashToScalar(concat(SECRET_ALPHA, seed)),
  }
}

function powers(alpha: bigint): bigint[] {
  const out = [1n]
  while (out.length < SECTORS) out.push(reduce(out.at(-1)! * alpha))
  return out
}

/** The tagger of a secret seed of 32 bytes. @throws Podr2Error NOT_READY, BAD_SEED */
export function createTagger(secretSeed: Uint8Array): Tagger {
  curveModule()
  const secret = secretFrom(secretSeed)
  const { x, alpha } = secret
  const powersOfAlpha = powers(alpha)
  const evaluate = createSectorArithmetic().evaluator(powersOfAlpha)
  const xPoint = multiplySecretG2(base().g2, x)
  const key = { x: xPoint, xAlpha: multiplySecretG2(xPoint, alpha) }
  const verifier = encodeVerifier(key)
  let parameters: Uint8Array | undefined
  const makeParameters = (): Uint8Array =>
    encodeAllG1(powersOfAlpha.slice(1).map((power) => addMultipleOfBase(IDENTITY_G1, power)))

  const tagger: Tagger = {
    verifier,
    get parameters() {
      parameters ??= makeParameters()
      return parameters
    },
    get parametersHash() {
      return blake2b256(tagger.parameters)
    },
    provePossession: (context) => provePossession(secret, key, context),
    tag(fragmentId, fragment) {
      checkFragment(fragmentId, fragment)
      const values = evaluate(rowsOf(fragment))
      // σ_i = x · H(id ‖ i) + (x · f_i(α)) · g
      const tags = values.map((value, row): G1 => {
        const hashed = multiplySecretG1(rowPoint(fragmentId, row), x)
        return addMultipleOfBase(hashed, reduce(x * value))
      })
      return encodeAllG1(tags)
    },
  }
  return tagger
}
