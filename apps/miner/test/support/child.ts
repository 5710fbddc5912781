// Stores fragments until it is killed or its disk is full, and says on standard output what was accepted.
import { writeSync } from 'node:fs'
import { SeededRandom } from '@cess/ports'
import { fragmentId } from '@cess/primitives'
import { newFragment, testFile } from './file.ts'
import { open } from './store.ts'

const say = (line: string): void => void writeSync(1, `${line}\n`)
const [dataDir, size, seed] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])]
const random = new SeededRandom(seed)
const file = testFile(1)
const store = await open(dataDir)

async function one(i: number): Promise<void> {
  const data = new Uint8Array(size)
  data.set(random.bytes(32))
  data[size - 1] = i
  const id = fragmentId(data)
  const base = newFragment(file, 0, 1)
  await store.fragments.add(
    { ...base, id, segment: i, segments: 1000, siblings: base.siblings },
    data,
  )
  say(id)
}
try {
  // Several at a time, so that a kill hits writes in every phase.
  for (let i = 0; ; i += 4) await Promise.all([0, 1, 2, 3].map((k) => one(i + k)))
} catch (error) {
  say(`! ${(error as { code?: string }).code ?? String(error)}`)
  await store.close()
}
