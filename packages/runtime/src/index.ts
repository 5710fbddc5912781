/**
 * The chain's runtime: every pallet with its place and limits, the host that a node calls, the configurations of
 * networks, and the state they begin with.
 */
export {
  DEVNET,
  PRODUCTION,
  parseRuntimeConfig,
  type RuntimeConfig,
  SS58_PREFIX,
  TOKEN,
} from './config.ts'
export { GENESIS_DEFAULTS, type GenesisConfig, writeGenesis } from './genesis.ts'
export { devPreset, localPreset, type NetworkPreset } from './presets.ts'
export { type CessPallets, type CessRuntime, createRuntime, type RuntimeDeps } from './runtime.ts'
export { CHAIN_PROPERTIES, type ChainSpec, parseSpec, specJson, specOf } from './spec.ts'
export { VERSION } from './version.ts'
