import { parentPort } from 'node:worker_threads'
import { chooseKernel } from './kernel.ts'
import type { PoolJob } from './pool.ts'
import { createSolver, type Solver } from './solver.ts'
import type { Reply } from './threads.ts'

/** Codes that are in use at a time; more would only cost time. */
const KEPT_CODES = 8
const solvers = new Map<string, Solver>()

function solverOf({ dataShards, parityShards, kernel }: PoolJob): Solver {
  const key = `${dataShards}+${parityShards} ${kernel}`
  const solver = solvers.get(key) ?? createSolver(dataShards, parityShards, chooseKernel(kernel))
  solvers.delete(key)
  if (solvers.size >= KEPT_CODES) solvers.delete(solvers.keys().next().value!)
  solvers.set(key, solver)
  return solver
}

parentPort!.on('message', ({ id, job }: { id: number; job: PoolJob }) => {
  const reply = (error?: unknown): void =>
    parentPort!.postMessage((error === undefined ? { id } : { id, error: String(error) }) as Reply)
  try {
    solverOf(job)(job.have, job.want)(job.sources, job.outputs)
    reply()
  } catch (error) {
    reply(error)
  }
})
