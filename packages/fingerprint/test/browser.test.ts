import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { createDataHasher, createInstanceHasher, genTextCode } from '../src/index.ts'

test('the package bundles for browsers, without Node.js, and gives the same codes there', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../src/index.ts')],
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
  })
  assert.ok(!Object.keys(metafile.inputs).some((name) => name.startsWith('node:')))
  const script = Buffer.from(outputFiles[0]!.contents).toString('base64')
  const bundled = (await import(
    `data:text/javascript;base64,${script}`
  )) as typeof import('../src/index.ts')
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 3)
  const [data, theirs] = [createDataHasher(), bundled.createDataHasher()]
  const [instance, other] = [await createInstanceHasher(), await bundled.createInstanceHasher()]
  for (const hasher of [data, theirs, instance, other]) hasher.update(bytes)
  assert.equal(theirs.finish(256), data.finish(256))
  assert.deepEqual(other.finish(256), instance.finish(256))
  const text = 'A text of some length, to see that its code is the same. '.repeat(20)
  assert.deepEqual(bundled.genTextCode(text, 256), genTextCode(text, 256))
})
