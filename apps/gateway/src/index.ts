/** The gateway of CESS: takes encrypted files over HTTP, brings them to miners, and back. */
export type { GatewayChain } from './chain/port.ts'
export type { GatewayConfig, GatewayLimits, GatewaySettings } from './config/config.ts'
export { GatewayError, type GatewayErrorCode } from './errors.ts'
export { type Gateway, type GatewayDeps, startGateway } from './gateway.ts'
