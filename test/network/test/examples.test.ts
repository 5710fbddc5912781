import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { type Block, blocks, documents, ROOT } from './support/documents.ts'

/** Beside this package, so that imports are found. */
const SCRATCH = join(import.meta.dirname, '..', '.examples')
after(() => rmSync(SCRATCH, { recursive: true, force: true }))

/** What examples talk about without making it: data, keys, and parts that another example makes. */
const CONTEXT = new Set(
  `bytes body blockHash challenge config data entries entropy extrinsic fid fragment fragmentId genesis genesisHash
  grandpa header host keep key keys logger metrics name network nodes options other owner pool preDigests inherentData
  random seal seed services size source store system treasury use value verify clock chain address alice bob identity
  startNode`.split(/\s+/),
)

interface Exports {
  readonly name: string
  readonly dir: string
  readonly names: ReadonlySet<string>
}
/** What each package of the workspace gives to others. */
async function workspace(): Promise<Exports[]> {
  const found: Exports[] = []
  for (const file of globSync('{packages,apps}/*/package.json', { cwd: ROOT })) {
    const { name, exports } = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as {
      name: string
      exports?: Record<string, string>
    }
    const main = exports?.['.']
    if (!main?.endsWith('index.ts')) continue
    const names = Object.keys((await import(join(ROOT, dirname(file), main))) as object)
    found.push({ name, dir: dirname(file), names: new Set(names) })
  }
  return found
}

/** Words of a program that stand for something: no properties, strings or comments. */
const words = (text: string): Set<string> =>
  new Set(
    text
      .replace(/\/\/.*$/gm, '')
      .replace(/'[^'\n]*'/g, '')
      .match(/(?<![.\w])[A-Za-z_]\w*/g),
  )
/** Names that the example itself declares. */
const declared = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/\b(?:const|let|import)\s+(?:(\w+)|[{[]([^}\]]*)[}\]])/g)].flatMap(
      ([, one, several]) => one ?? several!.match(/\w+(?=\s*(?:,|$|=))/g) ?? [],
    ),
  )

/** The example as a module: what it uses is imported from its own package, or else from the one that has it. */
function moduleOf({ document, text }: Block, packages: readonly Exports[]): string {
  const own = packages.find(({ dir }) => document.startsWith(`${dir}/`))
  const known = declared(text)
  const lines: string[] = []
  for (const word of words(text)) {
    if (known.has(word)) continue
    const from = own?.names.has(word)
      ? own
      : CONTEXT.has(word)
        ? undefined
        : packages.find(({ names }) => names.has(word))
    if (from) lines.push(`import { ${word} } from '${from.name}'`)
    else if (CONTEXT.has(word)) lines.push(`declare const ${word}: any`)
    else if (['Command', 'Option'].includes(word)) lines.push(`import { ${word} } from 'commander'`)
  }
  return `${lines.join('\n')}\n${text}\nexport {}\n`
}

test('every example in TypeScript fits the packages as they are', async () => {
  rmSync(SCRATCH, { recursive: true, force: true })
  mkdirSync(SCRATCH)
  const packages = await workspace()
  const examples = blocks.filter(
    ({ language, document }) => language === 'ts' && document !== 'test/interop/README.md',
  )
  assert.ok(examples.length > 20)
  for (const [i, block] of examples.entries())
    writeFileSync(
      join(SCRATCH, `${block.document.replaceAll(/\W/g, '-')}-${i}.ts`),
      moduleOf(block, packages),
    )
  writeFileSync(
    join(SCRATCH, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false },
      include: ['*.ts'],
      exclude: [],
    }),
  )
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  await promisify(execFile)(tsc, ['-p', SCRATCH], { cwd: ROOT }).catch((error: unknown) =>
    assert.fail(`an example does not fit:\n${(error as { stdout: string }).stdout}`),
  )
})

/** Commands in the documents that start one of our programs, with their options: `cess`, `put photo.jpg --dev-key //Dave`. */
const commands = blocks
  .filter(({ language }) => language === 'sh' || language === '')
  .flatMap(({ document, text }) =>
    [
      ...text.matchAll(/^npm (?:run (?:--silent )?([\w-]+)|(start|test))(?: -- ([^\n#>|]*))?/gm),
    ].map(([, script, bare, args]) => ({
      document,
      script: script ?? bare!,
      args: args?.trim() ?? '',
    })),
  )

test('every command in the documents is one, with options that it has', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const helps = new Map<string, string>()
  /** The help of a program's command. */
  function help(script: string, command: readonly string[]): string {
    const key = [script, ...command].join(' ')
    let text = helps.get(key)
    if (text === undefined) {
      const [, ...parts] = scripts[script]!.split(' ')
      text = execFileSync(process.execPath, [...parts, ...command, '--help'], {
        cwd: ROOT,
        encoding: 'utf8',
      })
      helps.set(key, text)
    }
    return text
  }
  assert.ok(commands.length > 20)
  for (const { document, script, args } of commands) {
    const where = `${document}: npm run ${script} -- ${args}`
    assert.ok(scripts[script], `there is no such script: ${where}`)
    if (args === '') continue
    const parts = args.split(/\s+/)
    const command: string[] = []
    while (/^[a-z][a-z-]*$/.test(parts[command.length] ?? '')) {
      const next = parts[command.length]!
      if (!new RegExp(`^  ${next}(\\|\\w+)?( |$)`, 'm').test(help(script, command))) break
      command.push(next)
    }
    const text = help(script, command)
    for (const option of parts.filter((p) => /^--?[a-z]/.test(p)))
      assert.match(text, new RegExp(`(^|[ ,])${option}\\b`, 'm'), `no option ${option}: ${where}`)
  }
})

test('what the documents point to is there', () => {
  for (const document of documents) {
    const text = readFileSync(join(ROOT, document), 'utf8')
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
      assert.ok(existsSync(join(ROOT, dirname(document), target!)), `${document}: ${target}`)
    for (const [, path] of text.matchAll(/`((?:packages|apps|scripts|docs|test)\/[\w./-]+\.\w+)`/g))
      assert.ok(
        [ROOT, join(ROOT, dirname(document))].some((from) => existsSync(join(from, path!))),
        `${document}: ${path}`,
      )
  }
})
