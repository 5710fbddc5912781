import { decode, encode } from '@cess/scale'
import { NetworkError } from '../errors.ts'
import type { FrameStream } from '../frames.ts'
import { DATA_FRAME, reply, StorageRefusal } from './messages.ts'

export async function sendData(stream: FrameStream, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length; at += DATA_FRAME)
    await stream.write(data.subarray(at, at + DATA_FRAME))
}

/** Data frames, as many bytes as `into` has. Returns it. */
export async function receiveData<T extends Uint8Array>(stream: FrameStream, into: T): Promise<T> {
  await stream.readInto(into)
  return into
}

export async function expectFrame(stream: FrameStream): Promise<Uint8Array> {
  const frame = await stream.read()
  if (!frame) throw new NetworkError('CLOSED', 'the peer ended in the middle of an exchange')
  return frame
}

/** The server's answer: bytes, or undefined for "have". Throws StorageRefusal. */
export async function readReply(stream: FrameStream): Promise<Uint8Array | undefined> {
  const answer = decode(reply, await expectFrame(stream))
  if (answer.type === 'Refused') throw new StorageRefusal(answer.value.code, answer.value.message)
  return answer.type === 'Ok' ? answer.value : undefined
}

export const ok = (value: Uint8Array = new Uint8Array(0)): Uint8Array =>
  encode(reply, { type: 'Ok', value })
export const have: Uint8Array = encode(reply, { type: 'Have', value: undefined })

/** The answer to a failure. What went wrong inside is not the client's to know. */
export function refused(error: unknown): Uint8Array {
  const value =
    error instanceof StorageRefusal
      ? { code: error.code, message: error.message.slice(0, 500) }
      : { code: 'Internal' as const, message: 'the server could not do it' }
  return encode(reply, { type: 'Refused', value })
}
