import type { FileId } from '@cess/bytes'
import { reasonOf } from './errors.ts'
import type { Store } from './store/store.ts'
import type { Pool } from './work/pool.ts'

/** One thing that a full check says: a damaged fragment, progress, or the sum at the end. */
export type Finding =
  | { readonly kind: 'damaged'; readonly miner: string; readonly id: FileId; readonly why: string }
  | { readonly kind: 'progress'; readonly miner: string; readonly checked: number }
  | {
      readonly kind: 'done'
      readonly miner: string
      readonly checked: number
      readonly damaged: number
    }

const PROGRESS = 100

/** Reads every fragment and compares it with its id. Damaged ones are moved aside, so that they can be sent again. */
export async function* verifyStore(
  miner: string,
  { fragments }: Pick<Store, 'fragments'>,
  pool: Pool,
): AsyncIterable<Finding> {
  let [checked, damaged] = [0, 0]
  for await (const { id, record } of fragments.all()) {
    checked++
    const why = record.state === 'Present' ? await trouble(id) : `it was noted as ${record.state}`
    if (why !== undefined) {
      damaged++
      yield { kind: 'damaged', miner, id, why }
    }
    if (checked % PROGRESS === 0) yield { kind: 'progress', miner, checked }
  }
  yield { kind: 'done', miner, checked, damaged }

  async function trouble(id: FileId): Promise<string | undefined> {
    if (!(await fragments.intact(id)))
      return fragments.record(id) && 'its file is gone or has another length'
    try {
      const found = await pool.run('hashFile', { path: fragments.path(id) })
      if (found === id) return undefined
    } catch (error) {
      return `its file cannot be read: ${reasonOf(error)}`
    }
    await fragments.lose(id, 'Corrupt')
    return 'its bytes do not match its id'
  }
}
