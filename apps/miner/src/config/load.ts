import { readFile } from 'node:fs/promises'
import { MinerError, reasonOf } from '../errors.ts'
import { OPTIONS, type OptionName, parseSize, type Settings } from './options.ts'

/** A miner of the file's list: what differs from the settings for all. */
export interface ListedMiner {
  readonly name: string
  readonly keyFile?: string
  readonly devKey?: string
  readonly dataDir?: string
  readonly port?: number
  readonly tib?: number
  readonly maxSpace?: number
}

export interface Loaded {
  readonly settings: Settings
  readonly keyFile: string | undefined
  readonly devKey: string | undefined
  readonly miners: readonly ListedMiner[]
}

export interface Sources {
  /** Values of flags, by the names of options. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Path of the JSON file. */
  readonly file: string | undefined
}

const config = (message: string, cause?: unknown): MinerError =>
  new MinerError('CONFIG', message, cause)

/** Reads and checks all settings. @throws MinerError CONFIG naming the setting and what is expected */
export async function loadConfig({ flags, env, file }: Sources): Promise<Loaded> {
  const given = file === undefined ? {} : await readJson(file)
  const known = new Set<string>([...Object.keys(OPTIONS), 'keyFile', 'devKey', 'miners'])
  for (const name of Object.keys(given))
    if (!known.has(name))
      throw config(
        `The file ${file} has a setting "${name}" that does not exist. \`cess-miner config\` prints all of them.`,
      )
  const settings = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, option]) => {
      const found = [
        [flags[name], option.flag.split(' ')[0]],
        [env[option.env] || undefined, option.env],
        [given[name], `"${name}" in ${file}`],
      ].find(([value]) => value !== undefined)
      if (!found) return [name, option.fallback]
      const parse: (given: unknown) => unknown = option.parse
      return [name, checked(parse, found[0], String(found[1]))]
    }),
  ) as Record<OptionName, unknown> as Settings
  return {
    settings,
    keyFile: optionalText(flags['keyFile'] ?? given['keyFile'], 'keyFile'),
    devKey: optionalText(flags['devKey'] ?? given['devKey'], 'devKey'),
    miners: listed(given['miners']),
  }
}

function checked<T>(parse: (given: unknown) => T, value: unknown, where: string): T {
  try {
    return parse(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw config(`${where} is ${JSON.stringify(value)}; expected: ${error.message}.`, error)
  }
}

const optionalText = (value: unknown, where: string): string | undefined => {
  if (value === undefined || typeof value === 'string') return value
  throw config(`${where} must be a text.`)
}

/** Names that begin with "//" are comments. */
async function readJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw config(`The configuration ${file} cannot be read: ${reasonOf(error)}.`, error)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw config(`The configuration ${file} must be a JSON object.`)
  return Object.fromEntries(Object.entries(parsed).filter(([name]) => !name.startsWith('//')))
}

const LISTED = ['name', 'keyFile', 'devKey', 'dataDir', 'port', 'tib', 'maxSpace']

function listed(value: unknown): readonly ListedMiner[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw config('"miners" must be a list.')
  const miners = value.map((entry: unknown, i): ListedMiner => {
    const where = `"miners", entry ${i + 1}`
    if (typeof entry !== 'object' || entry === null) throw config(`${where} must be an object.`)
    const fields = entry as Record<string, unknown>
    for (const name of Object.keys(fields))
      if (!LISTED.includes(name) && !name.startsWith('//'))
        throw config(`${where} has a setting "${name}" that does not exist.`)
    const name = fields['name']
    if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
      throw config(`${where} needs a "name" of letters, digits, dots and dashes.`)
    const optional = <T>(field: string, parse: (given: unknown) => T): { [k: string]: T } =>
      fields[field] === undefined
        ? {}
        : { [field]: checked(parse, fields[field], `"${field}" of miner ${name}`) }
    const texts = ['keyFile', 'devKey', 'dataDir'].map((f) => optional(f, (v) => `${v}`))
    return Object.assign(
      { name },
      ...texts,
      optional('port', OPTIONS.listenBasePort.parse),
      optional('tib', OPTIONS.tib.parse),
      optional('maxSpace', parseSize),
    ) as ListedMiner
  })
  if (new Set(miners.map((m) => m.name)).size !== miners.length)
    throw config('Two of the "miners" have the same name.')
  return miners
}
