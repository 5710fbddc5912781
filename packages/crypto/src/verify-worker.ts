import { parentPort } from 'node:worker_threads'
import { type VerifyJob, verifySignatures } from './keys.ts'

parentPort!.on('message', ({ id, jobs }: { id: number; jobs: readonly VerifyJob[] }) =>
  parentPort!.postMessage({ id, results: verifySignatures(jobs) }),
)
