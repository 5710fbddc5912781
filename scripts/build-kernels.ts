// Compiles packages/*/kernel/NAME.ts (AssemblyScript) to src/NAME-wasm.ts, which holds the modules as
// base64: they load in Node and in browsers without a build step. The compiler's output is reproducible.
// `build-kernels.ts [--check] [PACKAGE...]`; with --check it writes nothing and fails where a file differs.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { parseArgs } from 'node:util'
import asc from 'assemblyscript/asc'

const flags = ['--runtime', 'stub', '--noAssert', '-O3', '--enable', 'simd']

async function compile(path: string, ...extra: string[]): Promise<string> {
  let wasm: Uint8Array | undefined
  const { error, stderr } = await asc.main([path, '--outFile', 'kernel.wasm', ...flags, ...extra], {
    readFile: (name) => (existsSync(name) ? readFileSync(name, 'utf8') : null),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') wasm = contents
    },
    listFiles: () => null,
  })
  if (error || !wasm)
    throw new Error(`${path} does not compile: ${error?.message ?? ''}\n${stderr.toString()}`)
  return wasm.toBase64()
}

async function moduleText(path: string): Promise<string> {
  const simd = await compile(path)
  const relaxed = await compile(path, '--enable', 'relaxed-simd')
  const lines = [
    `// Generated from kernel/${basename(path)} by \`npm run build:kernels\`. Do not edit.`,
    '/** The module with the SIMD instructions of WebAssembly 2.0, base64. */',
    `export const simd =\n  '${simd}'`,
  ]
  if (relaxed !== simd)
    lines.push(
      '/** The same with relaxed SIMD of WebAssembly 3.0, base64. */',
      `export const relaxedSimd =\n  '${relaxed}'`,
    )
  return `${lines.join('\n')}\n`
}

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' } },
  allowPositionals: true,
})
process.chdir(dirname(import.meta.dirname))
const kernels = globSync('packages/*/kernel/*.ts')
  .filter((path) => positionals.length === 0 || positionals.includes(path.split(/[\\/]/)[1]!))
  .sort()
if (kernels.length === 0)
  throw new Error(`No kernel found for: ${positionals.join(' ') || 'any package'}.`)
for (const path of kernels) {
  const target = `${dirname(dirname(path))}/src/${basename(path, '.ts')}-wasm.ts`
  const text = await moduleText(path)
  const same = existsSync(target) && readFileSync(target, 'utf8') === text
  if (!same && values.check) process.exitCode = 1
  if (!same && !values.check) writeFileSync(target, text)
  console.log(
    `${target}: ${same ? 'up to date' : values.check ? 'DIFFERS, run npm run build:kernels' : 'written'}`,
  )
}
