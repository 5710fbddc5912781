import { type AccountId, toHex } from '@cess/bytes'
import { keyFromUri } from '@cess/crypto'
import { DEVNET, type RuntimeConfig, TOKEN } from './config.ts'
import { GENESIS_DEFAULTS, type GenesisConfig } from './genesis.ts'

/** Who a network begins with, and how it runs. */
export interface NetworkPreset {
  readonly name: string
  readonly id: string
  readonly chainType: 'Development' | 'Local' | 'Live'
  readonly config: RuntimeConfig
  readonly genesis: GenesisConfig
}

/** Miners and users that a development network begins with balance for. Everybody knows their keys. */
const DEV_MINERS = 32
const DEV_USERS = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie', 'Gateway'] as const
const DEV_BALANCE = 10_000_000n * TOKEN
const DEV_FAUCET = 100_000_000n * TOKEN

const account = (uri: string): AccountId => toHex(keyFromUri(uri).publicKey) as AccountId

const validator = (uri: string) => ({
  account: account(`${uri}//stash`),
  keys: {
    grandpa: keyFromUri(uri, 'ed25519').publicKey,
    babe: keyFromUri(uri, 'sr25519').publicKey,
  },
})

function devGenesis(validators: readonly string[]): GenesisConfig {
  const funded = [
    ...DEV_USERS.map((name) => `//${name}`),
    ...validators.map((uri) => `${uri}//stash`),
    ...Array.from({ length: DEV_MINERS }, (_, i) => `//Miner//${i + 1}`),
  ]
  return {
    ...GENESIS_DEFAULTS,
    faucetPot: DEV_FAUCET,
    validators: validators.map(validator),
    balances: funded.map((uri) => [account(uri), DEV_BALANCE] as const),
    sudo: account('//Alice'),
  }
}

/** One validator, //Alice: `cess-node --dev`. */
export const devPreset = (): NetworkPreset => ({
  name: 'CESS Development',
  id: 'cess_dev',
  chainType: 'Development',
  config: DEVNET,
  genesis: devGenesis(['//Alice']),
})

/** Three validators on one machine: `--chain local`. */
export const localPreset = (): NetworkPreset => ({
  name: 'CESS Local Network',
  id: 'cess_local',
  chainType: 'Local',
  config: DEVNET,
  genesis: devGenesis(['//Alice', '//Bob', '//Charlie']),
})
