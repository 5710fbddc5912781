import { utf8 } from '@cess/bytes'
import { type RuntimeVersion, runtimeVersion } from '@cess/primitives'
import { decode } from '@cess/scale'

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const CUSTOM_SECTION = 0
const NAME = utf8('runtime_version')

/** An unsigned LEB128 number of up to 32 bits, and where it ends; undefined beyond the input. */
function leb128(bytes: Uint8Array, at: number): [value: number, end: number] | undefined {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return [value, at + i + 1]
  }
  return undefined
}

/** Content of the custom section `runtime_version` of a Wasm module. */
function versionSection(code: Uint8Array): Uint8Array | undefined {
  if (!MAGIC.every((byte, i) => code[i] === byte)) return undefined
  for (let at = MAGIC.length; at < code.length; ) {
    const size = leb128(code, at + 1)
    if (!size) return undefined
    const [length, start] = size
    const section = code.subarray(start, start + length)
    if (section.length < length) return undefined
    if (code[at] === CUSTOM_SECTION) {
      const name = leb128(section, 0)
      if (name?.[0] === NAME.length && NAME.every((byte, i) => section[name[1] + i] === byte))
        return section.subarray(name[1] + NAME.length)
    }
    at = start + length
  }
  return undefined
}

/** The version that a `:code` blob says it is of; undefined when it says none. */
export function codeVersion(code: Uint8Array): RuntimeVersion | undefined {
  const section = versionSection(code)
  if (!section) return undefined
  try {
    return decode(runtimeVersion, section)
  } catch {
    return undefined
  }
}
