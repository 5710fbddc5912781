/**
 * What programs and pages build on: a typed client of the chain, and a user's files, from the key to the bytes
 * that come back.
 */
export {
  type Certificate,
  type Certified,
  certificatePage,
  certificateRows,
  type IsccUnits,
  isccOf,
  LightError,
  meaningOf,
  verifierPage,
  verifyCertificate,
  type Work,
  workFrom,
} from '@cess/light'
export { type Account, accountFromPair, accountFromUri, parseAddress } from './account/account.ts'
export { authorizeGateway, listOperators, revokeGateway } from './account/operators.ts'
export { listMiners, type MinerInfo } from './account/overview.ts'
export {
  buySpace,
  expandSpace,
  listTerritories,
  type Paid,
  renewSpace,
  spacePrice,
  type Territory,
} from './account/space.ts'
export { type Balance, balanceOf, formatTokens, parseTokens, sendTokens } from './account/tokens.ts'
export { type ChainClient, type ChainOptions, connectChain } from './chain/client.ts'
export { runtime, tx } from './chain/definitions.ts'
export { type ChainEvent, explainError } from './chain/events.ts'
export type { Head } from './chain/follow.ts'
export type { ChainView } from './chain/reader.ts'
export { accountOf, signCall } from './chain/sign.ts'
export type { Included, SubmitOptions } from './chain/submit.ts'
export { CallFailed, RpcError, SdkError, type SdkErrorCode } from './errors.ts'
export {
  type GetOptions,
  getFile,
  type OpenedFile,
  openFile,
  readHeader,
  type Sink,
} from './files/get.ts'
export { type ListedFile, listFiles, removeFile } from './files/list.ts'
export {
  type PutOptions,
  type PutProgress,
  putFile,
  type Stored,
  type UploadState,
} from './files/put.ts'
export { blobSource, bytesSource, type FileSource } from './files/source.ts'
export { type AuditInfo, type FileMiner, type FileStatus, fileStatus } from './files/status.ts'
export { type WaitOptions, waitForFile } from './files/wait.ts'
export {
  createGatewayClient,
  type FileMetadata,
  type GatewayClient,
  type GatewayOptions,
  type GatewayVersion,
  type UploadProgress,
  type UploadTarget,
} from './gateway/client.ts'
export { GatewayRefused } from './gateway/failure.ts'
export type { Fetch } from './gateway/http.ts'
export { certifyWork } from './rights/certify.ts'
export {
  type ClaimOptions,
  claimWork,
  type OpenOptions,
  openWork,
  type Privacy,
} from './rights/claim.ts'
export { codesFromIscc } from './rights/codes.ts'
export {
  appeal,
  challengeWork,
  type Dispute,
  disputeWork,
  type EvidenceKind,
  getDispute,
  listPanels,
  respond,
  revealVote,
  setJuror,
  vote,
} from './rights/disputes.ts'
export {
  type Agreement,
  type BuyOptions,
  buyLicence,
  getAgreement,
  type Licence,
  type LicenceTerms,
  listAgreements,
  listLicences,
  offerLicence,
  refundAgreement,
} from './rights/licences.ts'
export {
  acceptOffer,
  approve,
  listOffers,
  listProposals,
  listTransfers,
  offerShare,
  type Proposal,
  propose,
  reject,
  type ShareOffer,
  withdrawOffer,
} from './rights/ownership.ts'
export { type NearWork, searchWorks } from './rights/search.ts'
export { findWork, getWork, listWorks } from './rights/works.ts'
export type { RpcClient } from './rpc/socket.ts'
export { isLink, linkKey, linkText, parseLink, type ShareLink } from './sharing/link.ts'
export { askProxies, proxyStateOf } from './sharing/proxies.ts'
export {
  completeGrant,
  replaceProxies,
  revokeGrant,
  type SharedFile,
  type ShareOptions,
  shareFiles,
} from './sharing/share.ts'
export {
  type Fraud,
  type Grant,
  listGrants,
  listShared,
  type OpenSharedOptions,
  openShared,
  reportFraud,
} from './sharing/shared.ts'
export { type Tended, type TendOptions, tendGrants } from './sharing/tend.ts'
export { blockInDays, shareFee } from './sharing/terms.ts'
