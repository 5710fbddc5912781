// The 50 conformance vectors of ISO 24138: fixtures/iscc has their origin.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import {
  decodeIscc,
  encodeIscc,
  genAudioCode,
  genDataCode,
  genImageCode,
  genInstanceCode,
  genIsccCode,
  genMetaCode,
  genMixedCode,
  genTextCode,
  genVideoCode,
} from '../src/index.ts'

interface Vector {
  // biome-ignore lint/suspicious/noExplicitAny: each function has inputs of its own
  readonly inputs: readonly any[]
  readonly outputs: Readonly<Record<string, unknown>>
}
const file = new URL('fixtures/iscc/data.json', import.meta.url)
const vectors: Record<string, Record<string, Vector>> = JSON.parse(readFileSync(file, 'utf8'))
const streamOf = (text: string): Uint8Array => Uint8Array.fromHex(text.slice('stream:'.length))

type Make = (...inputs: Vector['inputs']) => object | Promise<object>
const made: Record<string, Make> = {
  gen_meta_code_v0: (name, description, meta, bits) =>
    genMetaCode({ name, description, meta: meta ?? undefined }, bits),
  gen_text_code_v0: (text, bits) => genTextCode(text, bits),
  gen_image_code_v0: (pixels, bits) => genImageCode(pixels, bits),
  gen_audio_code_v0: (features, bits) => genAudioCode(features, bits),
  gen_video_code_v0: (frames, bits) => genVideoCode(frames, bits),
  gen_mixed_code_v0: (codes, bits) => genMixedCode(codes, bits),
  gen_data_code_v0: (stream, bits) => genDataCode(streamOf(stream), bits),
  gen_instance_code_v0: (stream, bits) => genInstanceCode(streamOf(stream), bits),
  gen_iscc_code_v0: (codes) => genIsccCode(codes),
}

let count = 0
for (const [name, make] of Object.entries(made))
  describe(name, () => {
    for (const [title, { inputs, outputs }] of Object.entries(vectors[name]!)) {
      count++
      test(title, async () => assert.deepEqual(await make(...inputs), outputs))
    }
  })
test('there are 50 of them', () => assert.equal(count, 50))
test('each code of theirs can be read, and written again', () => {
  for (const name of Object.keys(made))
    for (const { outputs } of Object.values(vectors[name]!)) {
      const iscc = String(outputs['iscc'])
      assert.equal(encodeIscc(decodeIscc(iscc)), iscc)
    }
})
