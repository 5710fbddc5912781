/**
 * The role of a proxy: takes key fragments that owners seal to it, re-encrypts for those whom files are shared with, and
 * answers the chain's audits. Miners and gateways switch it on; transport and chain come in through ports.
 */
export { ProxyError, type ProxyErrorCode } from './errors.ts'
export type { ChainGrant, FinalState, ProxyChain } from './port.ts'
export {
  isAnswered,
  isSigned,
  REQUEST_BLOCKS,
  requestMessage,
  type ShareAnswer,
  type ShareRequest,
  shareAnswer,
  shareRequest,
} from './request.ts'
export {
  createProxyRole,
  type ProxyRole,
  type ProxyRoleOptions,
  type RoleChain,
  type RoleState,
} from './role.ts'
export { sealKeyOf } from './seal-key.ts'
export {
  createProxyService,
  type ProxyService,
  type ProxyServiceOptions,
  sealPurpose,
} from './service.ts'
export type { FragmentDb } from './store.ts'
