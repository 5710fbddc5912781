import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TestGateway } from './gateway.ts'

/** The gateway of a test on a real socket. */
export async function serveGateway({ handle }: Pick<TestGateway, 'handle'>) {
  const server = createServer(async (request, response) => {
    try {
      const answer = await handle({
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers: request.headers as Record<string, string>,
        body: new Uint8Array(await buffer(request)),
      })
      if (answer.status === 0) return void request.socket.destroy()
      const length = { 'content-length': String(answer.body.length) }
      response.writeHead(answer.status, { ...answer.headers, ...length })
      if (answer.cut === undefined) return void response.end(answer.body)
      response.write(answer.body.subarray(0, answer.cut), () => request.socket.destroy())
    } catch {
      request.socket.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
