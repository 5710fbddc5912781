import { parentPort } from 'node:worker_threads'
import { verifySignature } from './keys.ts'
import type { VerifyJob } from './verifier.ts'

parentPort!.on('message', ({ id, jobs }: { id: number; jobs: readonly VerifyJob[] }) => {
  const results = jobs.map((j) => verifySignature(j.scheme, j.signature, j.message, j.publicKey))
  parentPort!.postMessage({ id, results })
})
