import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
/** Main files of the programs. */
export const PROGRAMS = {
  node: require.resolve('@cess/node/main'),
  miner: require.resolve('@cess/miner/main'),
  gateway: require.resolve('@cess/gateway/main'),
} as const

/** Public development keys of the three validators. */
export const VALIDATORS = ['//Alice', '//Bob', '//Charlie'] as const
export const GATEWAY_KEY = '//Gateway'
/** One process hosts this many miners. */
export const MINERS_PER_PROCESS = 4

export interface Ports {
  readonly rpc: number
  readonly p2p: number
  readonly gateway: number
}

/** Where each program keeps its data and its log. */
export function folders(data: string) {
  const made = (name: string): string => {
    const dir = join(data, name)
    if (!existsSync(dir)) mkdirSync(dir, { recursive: true, mode: 0o700 })
    return dir
  }
  return {
    data,
    node: (i: number) => made(`validator-${i + 1}`),
    miners: (i: number) => made(`miners-${i + 1}`),
    gateway: () => made('gateway'),
    log: (name: string) => join(made('logs'), `${name.replaceAll(' ', '-')}.log`),
    /** Marks the folder as ours, so that no other folder is filled by mistake. */
    claim(): void {
      mkdirSync(data, { recursive: true, mode: 0o700 })
      writeFileSync(
        join(data, 'CESS-NETWORK'),
        'A CESS development network. Delete the folder to start over.\n',
      )
    },
  }
}
export type Folders = ReturnType<typeof folders>
