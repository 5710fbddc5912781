/** What a file is, by its first bytes; by its name where text has no signature. */
export type MediaKind = 'text' | 'image' | 'audio' | 'video' | 'other'
export interface MediaInfo {
  readonly kind: MediaKind
  readonly format: string
  readonly mime: string
}

/** Bytes that `detectMedia` looks at. */
export const HEAD_BYTES = 4096

const info = (kind: MediaKind, format: string, mime: string): MediaInfo => ({ kind, format, mime })
const FORMATS = {
  jpeg: info('image', 'jpeg', 'image/jpeg'),
  png: info('image', 'png', 'image/png'),
  webp: info('image', 'webp', 'image/webp'),
  gif: info('image', 'gif', 'image/gif'),
  mp3: info('audio', 'mp3', 'audio/mpeg'),
  wav: info('audio', 'wav', 'audio/wav'),
  flac: info('audio', 'flac', 'audio/flac'),
  ogg: info('audio', 'ogg', 'audio/ogg'),
  mp4: info('video', 'mp4', 'video/mp4'),
  m4a: info('audio', 'm4a', 'audio/mp4'),
  pdf: info('text', 'pdf', 'application/pdf'),
  docx: info(
    'text',
    'docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ),
  epub: info('text', 'epub', 'application/epub+zip'),
  html: info('text', 'html', 'text/html'),
  md: info('text', 'md', 'text/markdown'),
  txt: info('text', 'txt', 'text/plain'),
  other: info('other', 'other', 'application/octet-stream'),
} as const
export type Format = keyof typeof FORMATS

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)))

function byMagic(head: Uint8Array): Format | undefined {
  const at = (from: number, text: string): boolean =>
    latin1(head, from, from + text.length) === text
  if (at(0, '\xff\xd8\xff')) return 'jpeg'
  if (at(0, '\x89PNG\r\n\x1a\n')) return 'png'
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'webp'
  if (at(0, 'GIF87a') || at(0, 'GIF89a')) return 'gif'
  if (at(0, 'RIFF') && at(8, 'WAVE')) return 'wav'
  if (at(0, 'fLaC')) return 'flac'
  if (at(0, 'OggS')) return 'ogg'
  if (at(4, 'ftyp')) return at(8, 'M4A') || at(8, 'M4B') ? 'm4a' : 'mp4'
  if (at(0, '%PDF-')) return 'pdf'
  if (at(0, 'ID3') || (head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2)) return 'mp3'
  return undefined
}

/** Whether bytes are text in UTF-8, as far as they go: the last character may be cut. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Zip archives name their first entry; documents begin with one that tells. */
function zipFormat(head: Uint8Array, name: string): Format | undefined {
  if (latin1(head, 0, 4) !== 'PK\x03\x04') return undefined
  const text = latin1(head, 0, head.length)
  if (text.includes('mimetypeapplication/epub+zip')) return 'epub'
  if (text.includes('word/') || name.endsWith('.docx')) return 'docx'
  return name.endsWith('.epub') ? 'epub' : undefined
}

/** Never throws: what is not known is `other`. */
export function detectMedia(head: Uint8Array, name = ''): MediaInfo {
  const start = head.subarray(0, HEAD_BYTES)
  const lower = name.toLowerCase()
  const known = byMagic(start) ?? zipFormat(start, lower)
  if (known) return FORMATS[known]
  if (start.length === 0 || !isText(start)) return FORMATS.other
  const looksHtml = /^\uFEFF?\s*(<!doctype html|<html[\s>])/i.test(new TextDecoder().decode(start))
  if (looksHtml || /\.x?html?$/.test(lower)) return FORMATS.html
  return /\.(md|markdown)$/.test(lower) ? FORMATS.md : FORMATS.txt
}
