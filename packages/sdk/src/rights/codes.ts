import { decodeIscc } from '@cess/fingerprint'
import type { Codes, ContentKind } from '@cess/pallets'
import { SdkError } from '../errors.ts'

const KINDS = {
  TEXT: 'Text',
  IMAGE: 'Image',
  AUDIO: 'Audio',
  VIDEO: 'Video',
  MIXED: 'Mixed',
} as const
/** Bytes of a unit's body on chain. */
const SIZES = { META: 8, CONTENT: 32, DATA: 32, INSTANCE: 32 } as const

const bad = (why: string): SdkError =>
  new SdkError('BAD_CODES', `These codes are none that a work can be claimed with: ${why}.`)

/**
 * Codes as the chain takes them, of ISCC units: Meta (64 bits or more), Data and Instance (256), and Content (256) where
 * there is any. @throws SdkError BAD_CODES, FingerprintError BAD_CODE
 */
export function codesFromIscc(units: readonly string[]): Codes {
  const found = new Map(units.map((text) => [decodeIscc(text).mainType, decodeIscc(text)]))
  if (found.size !== units.length) throw bad('there are two of one kind')
  const body = (type: keyof typeof SIZES): Uint8Array | undefined => {
    const unit = found.get(type)
    if (unit && unit.body.length < SIZES[type])
      throw bad(`the ${type} code has less than ${8 * SIZES[type]} bits`)
    return unit?.body.slice(0, SIZES[type])
  }
  const [meta, data, instance] = [body('META'), body('DATA'), body('INSTANCE')]
  if (!meta || !data || !instance) throw bad('Meta, Data and Instance are needed')
  const content = body('CONTENT')
  const kind = KINDS[found.get('CONTENT')?.subType as keyof typeof KINDS] as ContentKind | undefined
  return { meta, content: content && kind && { kind, body: content }, data, instance }
}
