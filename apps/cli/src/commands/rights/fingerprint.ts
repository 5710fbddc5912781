import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { blake3 } from '@cess/crypto'
import { type Fingerprint, fingerprintFile } from '@cess/media'
import { codesFromIscc } from '@cess/sdk'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'
import { openLocal } from '../../files/local-source.ts'

interface Described {
  readonly title?: string | undefined
  readonly description?: string | undefined
}

/** What a file is like. @throws CliError NO_FILE; errors of the file system */
export async function fingerprint(
  cli: Cli,
  path: string,
  { title, description }: Described = {},
): Promise<Fingerprint> {
  const { source, bytes } = await openLocal(path)
  cli.progress.update('Working out the fingerprint', 0)
  return fingerprintFile(
    { name: basename(path), size: bytes, stream: () => source.read(0) },
    {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      signal: cli.signal,
    },
  )
}

export const unitsOf = ({ meta, content, data, instance }: Fingerprint): string[] =>
  [meta, content, data, instance].filter((unit) => unit !== undefined)

export const codesOf = (found: Fingerprint) => codesFromIscc(unitsOf(found))

/** Largest text whose hash is put on chain: licences and evidence. */
const MAX_TEXT = 64 << 20

/** BLAKE3 of a text on this machine, which the chain keeps instead of it. */
export async function hashOfFile(path: string): Promise<Uint8Array> {
  const { bytes } = await openLocal(path)
  if (bytes > MAX_TEXT)
    throw new CliError(
      'NO_FILE',
      `${path} is longer than the ${MAX_TEXT >> 20} MiB that are read of a text. Name a shorter one.`,
    )
  return blake3(await readFile(path))
}
