// A worker that fails in the way it is told to, for pool.test.ts.
import { parentPort } from 'node:worker_threads'

parentPort!.on('message', ({ id, job }: { id: number; job: string }) => {
  if (job === 'throw') throw new Error('out of order')
  if (job === 'exit') process.exit(3)
  if (job === 'refuse') parentPort!.postMessage({ id, error: 'no' })
  if (job === 'work') parentPort!.postMessage({ id })
})
