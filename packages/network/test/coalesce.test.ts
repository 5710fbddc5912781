import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import { test } from 'node:test'
import { coalesceSends } from '../src/coalesce.ts'
import { make } from './support/make.ts'

test('the parts of a send leave in one write', async () => {
  const server = createServer((socket) => socket.resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const socket = new Socket()
  const writes: number[] = []
  const [write, writev] = [socket._write.bind(socket), socket._writev!.bind(socket)]
  socket._write = (chunk, encoding, done) => {
    writes.push(1)
    write(chunk, encoding, done)
  }
  socket._writev = (chunks, done) => {
    writes.push(chunks.length)
    writev(chunks, done)
  }
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const connection = {
    socket,
    sendData(parts: unknown) {
      for (const part of parts as Uint8Array[]) socket.write(part)
      return 'sent'
    },
  }
  const parts = [new Uint8Array(2), new Uint8Array(65_000), new Uint8Array(16)]
  connection.sendData(parts)
  assert.ok(writes.length > 1, 'without it each part is a write')
  writes.length = 0
  if (socket.writableNeedDrain) await once(socket, 'drain')
  coalesceSends(connection)
  assert.equal(connection.sendData(parts), 'sent')
  assert.deepEqual(writes, [3])
  connection.sendData = () => assert.fail('given up')
  coalesceSends(connection)
  assert.throws(() => connection.sendData(parts), /given up/)
  assert.equal(socket.writableCorked, 0, 'a failure leaves nothing corked')
  socket.destroy()
  server.close()
  coalesceSends({ sendData: () => assert.fail('a connection without a socket is left alone') })
})

test("libp2p's connections are of the kind that can be coalesced", async () => {
  const corks: number[] = []
  const cork = Socket.prototype.cork
  Socket.prototype.cork = function (this: Socket) {
    corks.push(1)
    cork.call(this)
  }
  const [a, b] = [await make(1), await make(2)]
  try {
    await Promise.all([a.start(), b.start()])
    await a.dial(b.addresses()[0] as string)
    assert.ok(corks.length > 0, 'a new version of libp2p sends in another way: see coalesce.ts')
  } finally {
    Socket.prototype.cork = cork
    await Promise.all([a.stop(), b.stop()])
  }
})
