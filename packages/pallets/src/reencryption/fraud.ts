import { type AccountId, fromHex } from '@cess/bytes'
import type { Verifier } from '@cess/frame'
import {
  answerMessage,
  type Capsule,
  type Share,
  verifyCapsule,
  verifyShare,
} from '@cess/reencryption'
import type { Grants } from './grants.ts'
import type { Proxies } from './proxies.ts'
import type { ReencryptionBase } from './storage.ts'

/** A share with what its proxy signed of it. */
export interface Report {
  readonly grant: number
  readonly proxy: AccountId
  /** Which file of the grant. */
  readonly file: number
  readonly capsule: Capsule
  readonly share: Share
  /** The block whose state the proxy looked at, as it signed. */
  readonly block: number
  readonly signature: Uint8Array
}

export interface FraudDeps extends ReencryptionBase {
  readonly verifier: Verifier
}

/**
 * A proxy's signature under a share that is wrong, or under one that it should not have made: whoever has it shows it to
 * the chain. Both take one look at public values; a proxy that does its work cannot be framed, since only it can sign.
 */
export function fraudOf(deps: FraudDeps, proxies: Proxies, grants: Grants) {
  const { storage, errors } = deps

  return {
    report(reporter: AccountId, report: Report): void {
      const { proxy, capsule, share, block, signature } = report
      const grant = grants.get(report.grant)
      const file = grant.files[report.file]
      const committed = storage.Commitments.get(report.grant, proxy)?.[report.file]
      const known = grant.places.some((place) => place.proxy === proxy)
      if (!file || !known || !committed || signature.length !== 64) throw errors.NoFraud()
      const stake = proxies.find(proxy)?.bond ?? 0n
      if (stake === 0n) throw errors.NoFraud()
      const delegation = grants.delegationOf(report.grant, grant, file)
      const message = answerMessage(delegation.context, block, capsule, share)
      if (!deps.verifier.verify('sr25519', signature, message, fromHex(proxy)))
        throw errors.NoFraud()
      const late = grant.over !== undefined && block > grant.over
      // A capsule that is none of this file's gets no share: whoever answers to one did not look.
      const wrong =
        !verifyCapsule(delegation.delegator, capsule) ||
        !verifyShare(delegation, committed, capsule, share)
      if (!late && !wrong) throw errors.NoFraud()
      proxies.slash(proxy, reporter)
      if (grant.over === undefined) grants.remove(report.grant, grant, proxy)
    },
  }
}
