import { readFileSync } from 'node:fs'
import { type ChainSpec, devPreset, localPreset, parseSpec, specOf } from '@cess/runtime'
import { memoryState } from '@cess/state'

const PRESETS = { dev: devPreset, local: localPreset }

/** A preset by name, or the specification in a file. @throws RangeError that says what is wrong. */
export function loadSpec(chain: string): ChainSpec {
  const preset = Object.entries(PRESETS).find(([name]) => name === chain)?.[1]
  if (preset) return specOf(preset(), memoryState())
  let text: string
  try {
    text = readFileSync(chain, 'utf8')
  } catch (error) {
    throw new RangeError(
      `The chain "${chain}" is neither "dev" nor "local", and cannot be read as a file: ${(error as Error).message}`,
    )
  }
  try {
    return parseSpec(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RangeError(`The chain specification ${chain} is not JSON: ${error.message}`)
    throw error
  }
}
