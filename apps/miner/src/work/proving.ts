import { type FileHandle, open, readFile } from 'node:fs/promises'
import type { FileId } from '@cess/bytes'
import {
  checkParameters,
  checkTags,
  initPodr2,
  openChunk,
  Podr2Error,
  prove,
  ROW_BYTES,
  type ServiceProof,
  serviceProof,
  TAG_BYTES,
  verify,
  verifyOpening,
} from '@cess/podr2'
import { systemRandom } from '@cess/ports'
import { fragmentId } from '@cess/primitives'
import { encode } from '@cess/scale'
import type { Jobs, ProofGroup, ProofInput, ProofOutput, TagItem, TagVerdict } from './jobs.ts'

/** Fragments that are checked together hold this many bytes in memory at most. */
const BATCH_BYTES = 48 << 20

export async function checkTaggerParameters({
  verifier,
  parameters,
}: Jobs['parameters']['input']): Promise<boolean> {
  await initPodr2()
  return checkParameters(verifier, parameters)
}

interface Loaded extends TagItem {
  readonly fragment: Uint8Array
}

export async function checkOwnTags({
  verifier,
  parameters,
  items,
}: Jobs['tags']['input']): Promise<readonly TagVerdict[]> {
  await initPodr2()
  const good = (batch: readonly Loaded[]): boolean =>
    checkTags({
      ...{ verifier, parameters, entropy: systemRandom.bytes(32) },
      fragments: batch.map(({ id, fragment, tags }) => ({
        fragmentId: Uint8Array.fromHex(id),
        fragment,
        tags,
      })),
    })
  /** Verdicts of a batch; the wrong ones are found by halving. */
  function judge(batch: readonly Loaded[]): TagVerdict[] {
    const [first] = batch
    if (!first || good(batch)) return batch.map(() => 'good')
    if (batch.length === 1) return [fragmentId(first.fragment) === first.id ? 'wrong' : 'damaged']
    const half = batch.length >> 1
    return [...judge(batch.slice(0, half)), ...judge(batch.slice(half))]
  }

  const verdicts: TagVerdict[] = []
  let batch: Loaded[] = []
  let bytes = 0
  const flush = (): void => {
    verdicts.push(...judge(batch))
    batch = []
    bytes = 0
  }
  for (const item of items) {
    const fragment = await readFile(item.path)
    if (bytes + fragment.length > BATCH_BYTES) flush()
    batch.push({ ...item, fragment })
    bytes += fragment.length
  }
  flush()
  return verdicts
}

const idOf = (fragment: Uint8Array): FileId => fragment.toHex() as FileId

/** Makes a proof and checks it as the chain will. When it does not hold, says which fragments or tags are to blame. */
export async function makeProof({ seed, groups, openings }: ProofInput): Promise<ProofOutput> {
  await initPodr2()
  const damaged = new Set<FileId>()
  const wrongTags: { id: FileId; tagger: number }[] = []
  const provenGroups: ServiceProof['groups'][number][] = []
  const openedChunks: ServiceProof['openings'][number][] = []

  for (const group of groups) {
    const proof = await proveGroup(seed, group)
    if (proof) provenGroups.push({ tagger: group.tagger, proof })
    else await blame(group, damaged, wrongTags)
  }
  for (const { fragment, size, chunk, path } of openings) {
    const data = await readFile(path)
    const opened = data.length === size ? openChunk(data, chunk) : undefined
    if (opened && verifyOpening(fragment, size, chunk, opened)) openedChunks.push(opened)
    else damaged.add(idOf(fragment))
  }
  const proven = provenGroups.length === groups.length && openedChunks.length === openings.length
  if (!proven) return { damaged: [...damaged], wrongTags }
  return { proof: encode(serviceProof, { groups: provenGroups, openings: openedChunks }) }
}

/** The proof of one tagger's rows, or undefined when data or tags do not give one that holds. */
async function proveGroup(seed: Uint8Array, group: ProofGroup): Promise<Uint8Array | undefined> {
  const { verifier, tagger, parameters } = group
  const rows = []
  for (const { fragment, row, size, path, tags } of group.rows)
    rows.push({
      ...{ fragmentId: fragment, row },
      data: await readRow(path, row, size),
      tag: tags.subarray(row * TAG_BYTES, (row + 1) * TAG_BYTES),
    })
  try {
    const proof = prove({ verifier, seed, tagger, parameters, rows })
    return verify(verifier, seed, tagger, rows, proof) ? proof : undefined
  } catch (error) {
    if (error instanceof Podr2Error && (error.code === 'BAD_TAG' || error.code === 'BAD_ROW'))
      return undefined
    throw error
  }
}

/** A row of a fragment's file; shorter than it should be when the file is. */
async function readRow(path: string, row: number, size: number): Promise<Uint8Array> {
  const start = row * ROW_BYTES
  const data = new Uint8Array(Math.max(0, Math.min(ROW_BYTES, size - start)))
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const { bytesRead } = await file.read(data, 0, data.length, start)
    return data.subarray(0, bytesRead)
  } finally {
    await file?.close()
  }
}

async function blame(
  { verifier, parameters, tagger, rows }: ProofGroup,
  damaged: Set<FileId>,
  wrongTags: { id: FileId; tagger: number }[],
): Promise<void> {
  const items = new Map(rows.map(({ fragment, path, tags }) => [idOf(fragment), { path, tags }]))
  for (const [id, { path, tags }] of items) {
    const [verdict] = await checkOwnTags({ verifier, parameters, items: [{ id, path, tags }] })
    if (verdict === 'damaged') damaged.add(id)
    if (verdict === 'wrong') wrongTags.push({ id, tagger })
  }
}
