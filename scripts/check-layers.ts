// Every workspace dependency points strictly down, and no relative import leaves its package.
import { globSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'

const layers = [
  ['bytes'],
  ['ports'],
  ['scale', 'crypto', 'erasure'],
  ['primitives', 'reencryption', 'fingerprint'],
  ['podr2', 'content', 'trie', 'db', 'service', 'proxy', 'media'],
  ['state', 'network'],
  ['frame'],
  ['pallets', 'chain'],
  ['runtime', 'consensus', 'sync', 'rpc'],
  ['light'],
  ['sdk'],
  ['node', 'miner', 'gateway', 'cli'],
  ['localnet'],
  ['interop', 'network-tests'],
]
const level = new Map<string, number>(
  layers.flatMap((names, i) => names.map((n) => [`@cess/${n}`, i] as const)),
)

/** Returns one sentence per broken layering rule; an empty list means the layers hold. */
export function checkLayers(): string[] {
  const problems: string[] = []
  for (const dir of globSync('{packages,apps,test}/*')) {
    const manifest = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'))
    const { name, dependencies = {} } = manifest as {
      name: string
      dependencies?: Record<string, string>
    }
    const own = level.get(name)
    if (own === undefined) {
      problems.push(`${name} has no layer`)
      continue
    }
    for (const dep of Object.keys(dependencies).filter((d) => d.startsWith('@cess/')))
      if (!((level.get(dep) ?? Number.POSITIVE_INFINITY) < own))
        problems.push(`${name} (layer ${own}) may not depend on ${dep}`)
    for (const file of globSync(`${dir}/{src,test,bench}/**/*.ts`))
      for (const [, target] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g))
        if (relative(dir, resolve(file, '..', target!)).startsWith('..'))
          problems.push(`${file}: ${target} leaves the package`)
  }
  return problems
}

if (import.meta.main) {
  const problems = checkLayers()
  console.log(problems.join('\n') || 'layers: ok')
  process.exitCode = problems.length ? 1 : 0
}
