// Writes until it is killed or its disk is full, and says on standard output what was acknowledged.
import { writeSync } from 'node:fs'
import { utf8 } from '@cess/bytes'
import { DbError, openLevelStore } from '@cess/db'

const say = (line: string): void => void writeSync(1, `${line}\n`)
const [path, size] = [process.argv[2]!, Number(process.argv[3])]
try {
  const store = await openLevelStore(path, { writeBufferBytes: 1 << 16 })
  for (let i = 0; ; i++) {
    const value = new Uint8Array(size).fill(i)
    const keys = [`a/${i}`, `b/${i}`]
    await store.batch(
      keys.map((key) => ({ type: 'put', key: utf8(key), value })),
      { sync: true },
    )
    say(String(i))
  }
} catch (error) {
  say(error instanceof DbError ? error.code : String(error))
}
