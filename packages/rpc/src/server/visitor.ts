import type { Socket } from 'node:net'
import type { Clock, Timer } from '@cess/ports'
import type { RpcLimits } from './limits.ts'
import { type Bucket, createBucket } from './rate.ts'

/** What the server keeps for each open socket. */
export interface Visitor {
  readonly bucket: Bucket
  /** Begins anew the time that the client may take to send a request, or to take its answer. */
  arm(): void
  disarm(): void
}

export function createVisitor(socket: Socket, clock: Clock, limits: RpcLimits): Visitor {
  let deadline: Timer | undefined
  const disarm = (): void => deadline?.cancel()
  return {
    bucket: createBucket(clock, limits),
    arm() {
      disarm()
      if (!socket.destroyed) deadline = clock.after(limits.httpTimeoutMs, () => socket.destroy())
    },
    disarm,
  }
}
