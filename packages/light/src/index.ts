/**
 * State of the chain, proven from the genesis hash alone: collected from any node, checked offline by anybody, in Node.js
 * and browsers. And what is proven with it: certificates of works.
 */
export {
  type Certificate,
  type Certified,
  makeCertificate,
  verifyCertificate,
} from './certificate.ts'
export { type IsccUnits, isccOf } from './codes.ts'
export { collectChainProof, type ProofSource } from './collect.ts'
export { LightError, type LightErrorCode } from './errors.ts'
export { authoritiesKey, itemKey } from './keys.ts'
export { certificatePage, certificateRows } from './page.ts'
export { type ChainProof, MAX_BYTES, MAX_HANDOFFS, MAX_NODES } from './proof.ts'
export { verifierPage } from './verifier-page.ts'
export { type Proven, verifyChainProof } from './verify.ts'
export { meaningOf, type Work, workFrom } from './work.ts'
