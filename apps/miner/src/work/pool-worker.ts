import { parentPort } from 'node:worker_threads'
import { reasonOf } from '../errors.ts'
import { hash, hashFile } from './hashing.ts'
import type { Jobs } from './jobs.ts'
import type { Answer } from './pool.ts'
import { checkOwnTags, checkTaggerParameters, makeProof } from './proving.ts'

type Kind = keyof Jobs
interface Request {
  readonly kind: Kind
  readonly input: never
}

const handlers: { readonly [K in Kind]: (input: Jobs[K]['input']) => Promise<Jobs[K]['output']> } =
  {
    hash,
    hashFile: ({ path }) => hashFile(path),
    parameters: checkTaggerParameters,
    tags: checkOwnTags,
    prove: makeProof,
  }

parentPort?.on('message', ({ kind, input }: Request) => {
  handlers[kind](input).then(
    (value: unknown) => {
      const answer: Answer = { value }
      parentPort?.postMessage(answer, transferable(kind, value))
    },
    (error: unknown) => {
      const answer: Answer = { error: reasonOf(error) }
      parentPort?.postMessage(answer)
    },
  )
})

/** Hashed data goes back where it came from without a copy. */
function transferable(kind: Kind, value: unknown): ArrayBuffer[] {
  if (kind !== 'hash') return []
  const { buffer } = (value as Jobs['hash']['output']).data
  return buffer instanceof ArrayBuffer ? [buffer] : []
}
