import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MinerError } from '../errors.ts'
import type { Finding } from '../verify.ts'
import type { MinerStatus } from './report.ts'
import { STATUS_FILE, type StatusFile } from './server.ts'

/** Talks to the miner process that works on a data folder. @throws MinerError NOT_RUNNING */
export async function runningMiner(dataDir: string): Promise<{
  status(): Promise<MinerStatus[]>
  verify(): AsyncIterable<Finding>
}> {
  const gone = (cause: unknown): MinerError =>
    new MinerError(
      'NOT_RUNNING',
      `No miner is running on the folder ${dataDir}. Start it with \`cess-miner run\`, or name its folder with --data.`,
      cause,
    )
  const file = await readFile(join(dataDir, STATUS_FILE), 'utf8')
    .then((text) => JSON.parse(text) as StatusFile)
    .catch((error: unknown) => {
      throw gone(error)
    })

  async function call(method: string, path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${file.token}` }
    const response = await fetch(`http://127.0.0.1:${file.port}${path}`, { method, headers }).catch(
      (error: unknown) => {
        throw gone(error)
      },
    )
    if (!response.ok)
      throw new MinerError(
        'NOT_RUNNING',
        `What answers on port ${file.port} is not the miner of ${dataDir} (status ${response.status}). Start the miner again.`,
      )
    return response
  }

  await call('GET', '/status').then((response) => response.body?.cancel())
  return {
    status: async () =>
      ((await (await call('GET', '/status')).json()) as { miners: MinerStatus[] }).miners,
    async *verify() {
      const response = await call('POST', '/verify')
      let rest = ''
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) yield JSON.parse(line) as Finding
      }
    },
  }
}
