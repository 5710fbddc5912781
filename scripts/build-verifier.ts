// Bundles packages/light/src/browser into packages/light/verify.html: one page that checks certificates, without a server
// or network. `build-verifier.ts [--check]`; with --check it writes nothing and fails where the page differs.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = dirname(import.meta.dirname)
const folder = join(root, 'packages/light/src/browser')
const target = join(root, 'packages/light/verify.html')

/** Browsers have no node:crypto: what the verifier needs of @cess/crypto comes from its stand-in. */
const crypto: Plugin = {
  name: 'crypto',
  setup(bundle) {
    const path = join(folder, 'crypto.ts')
    bundle.onResolve({ filter: /^@cess\/crypto(\/hashes)?$/ }, () => ({ path }))
    bundle.onResolve({ filter: /^\.\/hash\.ts$/ }, ({ importer }) =>
      importer.includes(join('packages', 'crypto')) ? { path } : undefined,
    )
  },
}

/** `cessVerifier`: what checks certificates. */
export async function bundleVerifier(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(folder, 'main.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    globalName: 'cessVerifier',
    platform: 'browser',
    target: 'es2024',
    treeShaking: true,
    plugins: [crypto],
    logLevel: 'warning',
  })
  return outputFiles[0]!.text.trim()
}

/** The page with that in it. */
export function pageOf(bundle: string): string {
  const script = `${bundle}\n${readFileSync(join(folder, 'page.js'), 'utf8')}`
  const hash = `sha256-${createHash('sha256').update(script).digest('base64')}`
  const [before, after] = readFileSync(join(folder, 'verify.html'), 'utf8')
    .replace('SCRIPT-HASH', hash)
    .split('SCRIPT</script>')
  return `${before}${script}</script>${after}`
}

if (import.meta.main) {
  const page = pageOf(await bundleVerifier())
  const same = existsSync(target) && readFileSync(target, 'utf8') === page
  if (!same && process.argv.includes('--check')) {
    console.log('packages/light/verify.html differs. Run `npm run build:verifier`.')
    process.exitCode = 1
  } else if (!same) writeFileSync(target, page)
  console.log(`verify.html: ${page.length} bytes, ${same ? 'up to date' : 'new'}`)
}
