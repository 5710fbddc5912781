import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * Who may call, and what.
 *
 * Browsers are the danger: any page may send requests to a node on its visitor's machine. A page names itself
 * in `Origin`, which must be on the list. A page whose own name was made to point at 127.0.0.1 (DNS rebinding)
 * is of the same origin for the browser, but names itself in `Host`.
 */
export interface AccessOptions {
  /** Address that the server listens on. */
  readonly host: string
  /**
   * Web pages that may call, such as `https://polkadot.js.org`; a final `:*` stands for any port. `'all'` lets every
   * page call. By default pages of this machine and the polkadot-js Apps.
   */
  readonly cors?: readonly string[] | 'all'
  /**
   * Names under which the server is reached. By default those of this machine when it listens there alone, and all
   * otherwise.
   */
  readonly hosts?: readonly string[] | 'all'
  /** As Substrate's `--rpc-methods`: `auto` allows unsafe methods when the server listens on this machine alone. */
  readonly methods: 'auto' | 'safe' | 'unsafe'
}

export type Verdict =
  | { readonly allowed: true; readonly trusted: boolean; readonly origin: string | undefined }
  | { readonly allowed: false; readonly reason: string }

const DEFAULT_CORS: readonly string[] = [
  'http://localhost:*',
  'https://localhost:*',
  'http://127.0.0.1:*',
  'https://127.0.0.1:*',
  'https://polkadot.js.org',
]

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i
/** Proxies name the client they speak for. What comes through one does not come from this machine. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'] as const

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const v4 = name.replace(/^::ffff:/, '')
  return name === '::1' || (isIP(v4) === 4 && v4.startsWith('127.'))
}

/** The name in a Host header, without its port. */
const hostName = (header: string | undefined): string | undefined => HOST.exec(header ?? '')?.[1]

function isLocalOrigin(origin: string): boolean {
  try {
    return isLoopback(new URL(origin).hostname)
  } catch {
    return false
  }
}

const matcher = (pattern: string): RegExp =>
  pattern.endsWith(':*')
    ? new RegExp(`^${RegExp.escape(pattern.slice(0, -2))}(?::\\d{1,5})?$`)
    : new RegExp(`^${RegExp.escape(pattern)}$`)

export function createAccess(options: AccessOptions): (request: IncomingMessage) => Verdict {
  const { cors = DEFAULT_CORS, methods } = options
  const isLocal = isLoopback(options.host)
  const hosts = options.hosts ?? (isLocal ? [] : 'all')

  const origins = cors === 'all' ? cors : cors.map(matcher)

  const knownHost = (name: string): boolean =>
    hosts === 'all' || isLoopback(name) || hosts.includes(name.toLowerCase())
  const knownOrigin = (origin: string): boolean =>
    origins === 'all' || origins.some((one) => one.test(origin))

  function isTrusted(request: IncomingMessage, host: string, origin: string | undefined): boolean {
    if (methods !== 'auto') return methods === 'unsafe'
    return (
      isLocal &&
      isLoopback(host) &&
      (origin === undefined || isLocalOrigin(origin)) &&
      FORWARDED.every((name) => request.headers[name] === undefined)
    )
  }

  return (request) => {
    const { origin } = request.headers
    const host = hostName(request.headers.host)
    if (host === undefined || !knownHost(host))
      return {
        allowed: false,
        reason: 'This server is not reached under that Host; see --rpc-hosts.',
      }
    if (origin !== undefined && !knownOrigin(origin))
      return { allowed: false, reason: 'Pages of that Origin may not call; see --rpc-cors.' }
    return { allowed: true, trusted: isTrusted(request, host, origin), origin }
  }
}
