import { decodeIscc } from '@cess/fingerprint'
import type { Codes, ContentKind } from '@cess/pallets'
import {
  type Certificate,
  certificatePage,
  certifyWork,
  listAgreements,
  listLicences,
  listTransfers,
  SdkError,
  verifierPage,
  verifyCertificate,
  workFrom,
} from '@cess/sdk'
import { askChain } from '../chain/errors.ts'
import type { GatewayContext } from '../context.ts'
import { GatewayError } from '../errors.ts'
import type { Wanted } from '../rights/codes-index.ts'
import type { RightsIndexer } from '../rights/indexer.ts'
import { type Exchange, type Handler, ok } from './exchange.ts'
import { html } from './respond.ts'

export interface RightsDeps {
  readonly ctx: GatewayContext
  readonly rights: RightsIndexer
}

const [LIMIT, MAX_LIMIT, MAX_UNITS] = [20, 100, 5]
/** Bytes of a code that are compared. */
const SHORTEST = 16

const noWork = (what: string): GatewayError =>
  new GatewayError(
    'WORK_NOT_FOUND',
    `${what} Works are counted from 0; \`cess rights search\` finds them.`,
  )

/** The number of a work in a path. @throws GatewayError BAD_REQUEST */
export function workOf({ params }: Pick<Exchange, 'params'>): number {
  const text = params['work']!
  if (!/^\d{1,9}$/.test(text))
    throw new GatewayError('BAD_REQUEST', 'A work has a number, such as /rights/works/0.')
  return Number(text)
}

function limitOf({ query }: Exchange): number {
  const limit = Number(query.get('limit') ?? LIMIT)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new GatewayError('BAD_REQUEST', `limit must be a number from 1 to ${MAX_LIMIT}.`)
  return limit
}

/** What `?iscc=` asks for: units of one work. @throws GatewayError BAD_REQUEST */
function wantedOf(texts: readonly string[]): Wanted & Pick<Partial<Codes>, 'instance'> {
  const bad = (why: string): GatewayError =>
    new GatewayError(
      'BAD_REQUEST',
      `${why} Give the Content-, Data- or Instance-Code of a file with at least 128 bits: /rights/search?iscc=ISCC:…&iscc=ISCC:…`,
    )
  if (texts.length === 0 || texts.length > MAX_UNITS) throw bad('This finds nothing.')
  const wanted: { -readonly [K in keyof (Wanted & Pick<Codes, 'instance'>)]?: Codes[K] } = {}
  for (const text of texts) {
    let unit: ReturnType<typeof decodeIscc>
    try {
      unit = decodeIscc(text)
    } catch (error) {
      throw bad((error as Error).message)
    }
    const { mainType, subType, body } = unit
    if (mainType === 'META') continue
    if (body.length < SHORTEST) throw bad(`${text} is too short.`)
    if (mainType === 'DATA') wanted.data = body
    else if (mainType === 'INSTANCE') wanted.instance = body
    else if (mainType === 'CONTENT') {
      const kind = `${subType[0]}${subType.slice(1).toLowerCase()}` as ContentKind
      wanted.content = { kind, body }
    } else throw bad(`${text} is no single unit.`)
  }
  return wanted
}

/** `GET /rights/search?iscc=…`: works that are the same or near, the nearest first. */
export const searchRoute =
  ({ ctx, rights }: RightsDeps): Handler =>
  async (x) => {
    const { instance, ...wanted } = wantedOf(x.query.getAll('iscc'))
    const limit = limitOf(x)
    const found = await rights.search(wanted, limit)
    const exact = await askChain(async () => {
      const { query } = await ctx.chain.finalized()
      const id = instance?.length === 32 ? await query.Mdrc.WorkOf(instance) : undefined
      const info = id === undefined ? undefined : await query.Mdrc.Works(id)
      return id === undefined || !info ? undefined : workFrom(id, info)
    })
    return ok({ exact, works: found })
  }

/** `GET /rights/works/:work`: a work, its licences, what was bought of it, and how its shares moved. */
export const workRoute =
  ({ ctx }: RightsDeps): Handler =>
  async (x) => {
    const id = workOf(x)
    return askChain(async () => {
      const { query } = await ctx.chain.finalized()
      const info = await query.Mdrc.Works(id)
      if (!info) throw noWork(`There is no work ${id}.`)
      const [licences, agreements, transfers] = await Promise.all([
        listLicences(ctx.chain, id),
        listAgreements(ctx.chain, { work: id }),
        listTransfers(ctx.chain, id),
      ])
      return ok({ work: workFrom(id, info), licences, agreements, transfers })
    }).catch((error: unknown) => {
      if (error instanceof SdkError && error.code === 'NOT_FOUND') throw noWork(error.message)
      throw error
    })
  }

/** The certificate of a work, and the time it was made; one that is this young is given again. */
const FRESH_MS = 10_000
const MAX_KEPT = 64

/** `GET /rights/certificate/:work`, and `?page` for one to print: what proves a work to anybody, offline. */
export function certificateRoute({ ctx }: RightsDeps): Handler {
  const kept = new Map<number, { readonly at: number; readonly made: Promise<Certificate> }>()
  function certificateOf(id: number): Promise<Certificate> {
    const now = ctx.clock.now()
    const known = kept.get(id)
    if (known && now - known.at < FRESH_MS) return known.made
    const made = certifyWork(ctx.chain, id)
    made.catch(() => kept.delete(id))
    if (kept.size >= MAX_KEPT) kept.clear()
    kept.set(id, { at: now, made })
    return made
  }
  return async (x) => {
    const id = workOf(x)
    const { query } = await ctx.chain.finalized()
    if (!(await askChain(() => query.Mdrc.Works(id)))) throw noWork(`There is no work ${id}.`)
    const certificate = await askChain(() => certificateOf(id))
    if (x.query.get('page') === null) return ok(certificate)
    return html(x, certificatePage(verifyCertificate(certificate, ctx.chain.genesisHash)))
  }
}

/** `GET /rights/verify`: a page that checks certificates in the browser. Whoever does not trust this gateway saves it from elsewhere. */
export const verifierRoute = (): Handler => async (x) => html(x, await verifierPage())
