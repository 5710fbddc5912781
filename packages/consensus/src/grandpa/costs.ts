/** What messages do to a peer's reputation (sc_consensus_grandpa `communication/gossip.rs`). */
export const COST = {
  past: [-50, 'GRANDPA: a message of an earlier round or set'],
  future: [-500, 'GRANDPA: a message of a later round or set'],
  unknownVoter: [-150, 'GRANDPA: a message of somebody without a vote'],
  badSignature: [-100, 'GRANDPA: a bad signature'],
  duplicate: [-4, 'GRANDPA: the same message again'],
  invalidViewChange: [-500, 'GRANDPA: a neighbor packet that goes back'],
  duplicateNeighbor: [-500, 'GRANDPA: the same neighbor packet again too soon'],
  badCommit: [-5000, 'GRANDPA: a commit that proves nothing'],
  malformedCatchUp: [-1000, 'GRANDPA: a malformed catch-up'],
  badCatchUp: [-5000, 'GRANDPA: a catch-up that completes no round'],
  outOfScope: [-500, 'GRANDPA: a message that nobody asked for'],
  catchUpReply: [-200, 'GRANDPA: a catch-up was sent'],
  catchUpTimeout: [-200, 'GRANDPA: no answer to a catch-up request'],
} as const satisfies Record<string, readonly [number, string]>

export const BENEFIT = {
  vote: [100, 'GRANDPA: a vote'],
  commit: [100, 'GRANDPA: a commit'],
  neighbor: [100, 'GRANDPA: a neighbor packet'],
  catchUp: [200, 'GRANDPA: a catch-up'],
} as const satisfies Record<string, readonly [number, string]>

/** Cost of each byte that does not decode. */
export const UNDECODABLE_BYTE = -5
