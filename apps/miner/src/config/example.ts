import { OPTIONS } from './options.ts'

/** A configuration file with every setting. Names that begin with "//" are comments. */
export function exampleConfig(): string {
  const entries: [string, unknown][] = [
    [
      '//',
      'Configuration of cess-miner. Names that begin with // are comments. Flags and environment variables win over this file.',
    ],
    ['// keyFile', 'file with the secret phrase of the account, readable by its owner alone'],
    ['keyFile', './miner.key'],
  ]
  for (const [name, option] of Object.entries(OPTIONS)) {
    const { help, env, example, flag } = option
    const text = `${help} (${flag.split(' ')[0]}, ${env})`
    if (example === undefined) entries.push([`// ${name}`, `${text}; not set`])
    else entries.push([`// ${name}`, text], [name, example])
  }
  entries.push([
    '// miners',
    'instead of one miner or a count: [{ "name": "a", "keyFile": "./a.key", "dataDir": "/disk1/a", "port": 15001, "tib": 2, "maxSpace": "2TiB" }]',
  ])
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}
