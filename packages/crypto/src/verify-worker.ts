import { parentPort } from 'node:worker_threads'
import { type VerifyJob, verifyMany } from './verify-many.ts'

parentPort!.on(
  'message',
  async ({ id, jobs }: { readonly id: number; readonly jobs: readonly VerifyJob[] }) =>
    parentPort!.postMessage({ id, results: await verifyMany(jobs) }),
)
