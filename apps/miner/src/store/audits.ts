import { under } from '@cess/db'
import type { BatchOp, KeyValueStore } from '@cess/ports'
import { type AuditRecord, auditRecord, decode, encode, key, scan } from './schema.ts'

/** Audits that are remembered. */
const KEPT = 100

/** What became of the latest challenges. It survives a restart, so that nothing is answered twice. */
export function auditLogOf(db: KeyValueStore) {
  async function latest(limit: number): Promise<AuditRecord[]> {
    const found: AuditRecord[] = []
    for await (const [, value] of db.iterate({ ...under(scan.audits()), reverse: true, limit }))
      found.push(decode(auditRecord, value))
    return found
  }
  return {
    at(start: number): AuditRecord | undefined {
      const raw = db.get(key.audit(start))
      return raw && decode(auditRecord, raw)
    },
    /** The latest first. */
    latest,
    async put(record: AuditRecord): Promise<void> {
      const ops: BatchOp[] = [
        { type: 'put', key: key.audit(record.start), value: encode(auditRecord, record) },
      ]
      const old = (await latest(KEPT + 10)).slice(KEPT - 1)
      for (const { start } of old)
        if (start !== record.start) ops.push({ type: 'del', key: key.audit(start) })
      await db.batch(ops, { sync: true })
    },
  }
}
export type AuditLog = ReturnType<typeof auditLogOf>
