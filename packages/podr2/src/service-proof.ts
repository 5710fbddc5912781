import { fixedBytes, type Infer, struct, u32, vec } from '@cess/scale'
import { PROOF_BYTES } from './layout.ts'
import { opening } from './opening.ts'

/** Taggers that one answer may cover. */
const MAX_GROUPS = 8
/** Chunks that one answer may open. */
const MAX_OPENINGS = 16

const group = struct('cess_podr2::Group', { tagger: u32, proof: fixedBytes(PROOF_BYTES) })

/**
 * What `Audit.submit_service_proof` takes: a proof for the rows of each challenged tagger, in ascending order,
 * and the challenged chunks in order.
 */
export const serviceProof = struct('cess_podr2::ServiceProof', {
  groups: vec(group, MAX_GROUPS),
  openings: vec(opening, MAX_OPENINGS),
})
export type ServiceProof = Infer<typeof serviceProof>
