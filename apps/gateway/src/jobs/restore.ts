import { open } from 'node:fs/promises'
import type { GatewayContext } from '../context.ts'
import type { Spool } from '../ingest/spool.ts'
import type { Files } from '../read/files.ts'
import type { Reader } from '../read/reader.ts'
import { moveFile } from '../store/disk.ts'
import type { Job } from '../store/jobs.ts'

/** Brings the ciphertext of a stored file back from the miners when it is missing here. */
export const restoreFrom =
  (
    ctx: GatewayContext,
    files: Files,
    reader: Reader,
    spool: Spool,
    yieldToUsers: () => Promise<void>,
  ) =>
  async ({ fid, size }: Job): Promise<void> => {
    ctx.logger.info({ fid }, 'A ciphertext is missing here and is fetched from the miners')
    const file = await files.find(fid)
    const part = spool.part(`restore-${fid}`)
    const whole = { offset: 0, length: size }
    const handle = await open(part, 'w', 0o600)
    try {
      // Written whole before the next one, which would take its memory.
      for await (const piece of reader.read(file, whole, { ahead: false, signal: ctx.signal })) {
        // Written whole before the next one, which would take its memory.
        await handle.writeFile(piece)
        await yieldToUsers()
      }
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await moveFile(part, spool.file(fid))
  }
