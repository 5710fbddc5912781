import { parentPort, workerData } from 'node:worker_threads'
import { initPodr2 } from './mcl.ts'
import type { Reply, TagJob } from './tag-pool.ts'
import { createTagger } from './tagger.ts'

const { seed } = workerData as { seed: Uint8Array }
await initPodr2()
const tagger = createTagger(seed)
seed.fill(0)

parentPort!.on('message', ({ fragmentId, fragment }: TagJob) => {
  const reply = (value: Reply): void => parentPort!.postMessage(value)
  try {
    reply({ tags: tagger.tag(fragmentId, fragment) })
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : String(error) })
  }
})
