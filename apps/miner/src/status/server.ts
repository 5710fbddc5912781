import { chmod, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { utf8 } from '@cess/bytes'
import { constantTimeEqual } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { reasonOf } from '../errors.ts'
import type { Finding } from '../verify.ts'
import type { MinerStatus } from './report.ts'

/** What `cess-miner status` finds in the data folder to reach the running process. */
export interface StatusFile {
  readonly pid: number
  readonly port: number
  /** Only who can read the file may ask. */
  readonly token: string
}
export const STATUS_FILE = 'status.json'

export interface StatusSource {
  status(): Promise<readonly MinerStatus[]>
  verify(): AsyncIterable<Finding>
}

export interface StatusServer {
  readonly port: number
  close(): Promise<void>
}

/** Serves status and full checks on the loopback interface to whoever can read the data folder. */
export async function startStatusServer(
  dataDir: string,
  port: number,
  source: StatusSource,
  random: Random,
): Promise<StatusServer> {
  const token = random.bytes(24).toHex()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: reasonOf(error) }))
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = utf8(request.headers.authorization ?? '')
    if (!constantTimeEqual(given, utf8(`Bearer ${token}`))) {
      response.writeHead(401).end()
      return
    }
    const route = `${request.method} ${request.url}`
    if (route === 'GET /status') {
      const body = JSON.stringify({ miners: await source.status() })
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    } else if (route === 'POST /verify') {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      for await (const finding of source.verify()) {
        if (response.destroyed) return
        response.write(`${JSON.stringify(finding)}\n`)
      }
      response.end()
    } else response.writeHead(404).end()
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const file = join(dataDir, STATUS_FILE)
  const bound = (server.address() as AddressInfo).port
  const content: StatusFile = { pid: process.pid, port: bound, token }
  await writeFile(file, JSON.stringify(content), { mode: 0o600 })
  await chmod(file, 0o600)
  return {
    port: bound,
    async close() {
      await rm(file, { force: true })
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
