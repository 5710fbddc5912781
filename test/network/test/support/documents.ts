import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../../../..')

export interface Block {
  /** Path below the checkout. */
  readonly document: string
  /** What stands behind the fence: `ts`, `sh`, or nothing. */
  readonly language: string
  readonly text: string
}

/** Every document of the project. */
export const documents: readonly string[] = globSync(
  '{README.md,docs/*.md,{packages,apps,test}/*/README.md}',
  { cwd: ROOT },
).sort()

/** Every fenced block of every document. */
export const blocks: readonly Block[] = documents.flatMap((document) =>
  [...readFileSync(join(ROOT, document), 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(
    ([, language, text]) => ({ document, language: language!, text: text! }),
  ),
)
