import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CliError } from './errors.ts'
import type { Shell } from './shell/shell.ts'

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly node?: string
  readonly gateway?: string
  readonly key?: string
  readonly devKey?: string
  readonly passwordStdin?: boolean
  readonly json?: boolean
}

/** Keys of `config.json`, with what holds when nothing is set. */
const DEFAULTS = {
  node: 'ws://127.0.0.1:9944',
  gateway: 'http://127.0.0.1:8080',
  territory: 'default',
} as const
export const CONFIG_KEYS = ['node', 'gateway', 'key', 'territory', 'genesis'] as const
export type ConfigKey = (typeof CONFIG_KEYS)[number]
export type Config = Partial<Record<ConfigKey, string>>

export interface Settings {
  /** WebSocket addresses of nodes, tried in order. */
  readonly nodes: readonly string[]
  readonly gateway: string
  /** Name of the key file to use. */
  readonly key: string | undefined
  /** A path of the public development phrase. */
  readonly devKey: string | undefined
  readonly territory: string
  /** Genesis hash that certificates are checked against. */
  readonly genesis: string | undefined
  readonly passwordStdin: boolean
  readonly paths: Paths
}

/** Where `cess` keeps its own files. */
export interface Paths {
  readonly home: string
  readonly config: string
  readonly keys: string
  readonly uploads: string
}

export function pathsOf(env: Shell['env']): Paths {
  const home = env['CESS_HOME'] || join(homedir(), '.cess')
  return {
    home,
    config: join(home, 'config.json'),
    keys: join(home, 'keys'),
    uploads: join(home, 'uploads'),
  }
}

/** @throws CliError CONFIG */
export function readConfig(paths: Paths): Config {
  let text: string
  try {
    text = readFileSync(paths.config, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  const bad = (why: string): CliError =>
    new CliError(
      'CONFIG',
      `The configuration file ${paths.config} ${why}. It holds a JSON object with any of ${CONFIG_KEYS.join(', ')}.`,
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw bad('is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('is no object')
  for (const [key, one] of Object.entries(value)) {
    if (!CONFIG_KEYS.some((known) => known === key)) throw bad(`has an unknown key "${key}"`)
    if (typeof one !== 'string') throw bad(`has a value for "${key}" that is no text`)
  }
  return value as Config
}

/** Flags win over the environment, the environment over the file, the file over the defaults. */
export function settingsOf(options: GlobalOptions, env: Shell['env']): Settings {
  const paths = pathsOf(env)
  const config = readConfig(paths)
  const node = options.node ?? (env['CESS_NODE'] || config.node || DEFAULTS.node)
  return {
    nodes: node.split(',').map((one) => one.trim()),
    gateway: options.gateway ?? (env['CESS_GATEWAY'] || config.gateway || DEFAULTS.gateway),
    key: options.key ?? (env['CESS_KEY'] || config.key),
    devKey: options.devKey,
    territory: config.territory ?? DEFAULTS.territory,
    genesis: env['CESS_GENESIS'] || config.genesis,
    passwordStdin: options.passwordStdin ?? false,
    paths,
  }
}
