import { GatewayError } from '../errors.ts'
import type { Handler } from './exchange.ts'

/** A route: `/file/download/:fid`. `:fid` takes a file id, any other parameter one part of the path. */
export type Route = readonly [methods: string, path: string, handler: Handler]

export interface Match {
  readonly handler: Handler
  readonly params: Readonly<Record<string, string>>
}

function compile(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (!part.startsWith(':')) return RegExp.escape(part)
    return part === ':fid' ? '(?<fid>[0-9a-fA-F]{64})' : `(?<${part.slice(1)}>[^/]+)`
  })
  return new RegExp(`^${parts.join('/')}/?$`)
}

function decoded(groups: Readonly<Record<string, string>> = {}): Record<string, string> {
  const entries = Object.entries(groups).map(([name, value]) => {
    if (name === 'fid') return [name, value.toLowerCase()]
    try {
      return [name, decodeURIComponent(value)]
    } catch {
      throw new GatewayError(
        'BAD_REQUEST',
        `The part "${value.slice(0, 80)}" of the path is not percent-encoded UTF-8. Encode the name with encodeURIComponent.`,
      )
    }
  })
  return Object.fromEntries(entries)
}

/** Finds the handler of a request. @throws GatewayError NO_SUCH_ROUTE, METHOD_NOT_ALLOWED, BAD_REQUEST */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Match {
  const compiled = routes.map(([methods, path, handler]) => ({
    methods: methods.split(' '),
    pattern: compile(path),
    handler,
  }))
  return (method, path) => {
    const here = compiled.filter(({ pattern }) => pattern.test(path))
    const found = here.find(({ methods }) => methods.includes(method))
    if (found) return { handler: found.handler, params: decoded(found.pattern.exec(path)?.groups) }
    if (here.length === 0)
      throw new GatewayError(
        'NO_SUCH_ROUTE',
        `This gateway has nothing at ${path.slice(0, 200)}. The README of cess-gateway lists its routes; file ids have 64 hex characters.`,
      )
    const allowed = here.flatMap(({ methods }) => methods).join(', ')
    throw new GatewayError('METHOD_NOT_ALLOWED', `${path.slice(0, 200)} takes ${allowed} only.`, {
      allow: allowed,
    })
  }
}
