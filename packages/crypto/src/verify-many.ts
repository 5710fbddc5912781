import { ed25519Verify } from './ed25519.ts'
import type { Scheme } from './keys.ts'
import { type Signed, sr25519VerifyMany } from './sr25519.ts'

/** A signature to verify by its scheme. */
export interface VerifyJob extends Signed {
  readonly scheme: Scheme
}

/**
 * Which of these are right, as `verifySignature` says of each; several times faster for sr25519. Loads what verifies
 * ecdsa only when there is any: few threads ever need it.
 */
export async function verifyMany(jobs: readonly VerifyJob[]): Promise<boolean[]> {
  const ecdsa = jobs.some((j) => j.scheme === 'ecdsa') ? await import('./keys.ts') : undefined
  const several = sr25519VerifyMany(jobs.filter((j) => j.scheme === 'sr25519')).values()
  return jobs.map(({ scheme, signature, message, publicKey }) => {
    if (scheme === 'sr25519') return several.next().value === true
    if (scheme === 'ed25519') return ed25519Verify(signature, message, publicKey)
    return ecdsa!.ecdsaVerify(signature, message, publicKey)
  })
}
