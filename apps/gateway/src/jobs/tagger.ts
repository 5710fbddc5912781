import { equal, fromHex } from '@cess/bytes'
import {
  createTagger,
  createTagPool,
  initPodr2,
  possessionContext,
  type TagPool,
} from '@cess/podr2'
import type { GatewayContext } from '../context.ts'

/** The gateway's tagging key, registered on chain. */
export interface TaggerKey {
  /** Number by which the chain knows it. */
  readonly number: number
  /** What miners need to prove with these tags, and its hash. */
  readonly parameters: Uint8Array
  readonly parametersHash: Uint8Array
  readonly pool: TagPool
}

/** Makes the tagger of a seed and registers its key unless the chain has it as our latest one. */
export async function openTagger(ctx: GatewayContext, secretSeed: Uint8Array): Promise<TaggerKey> {
  await initPodr2()
  const { chain, pair, account } = ctx
  const tagger = createTagger(secretSeed)
  const { verifier, parameters, parametersHash } = tagger

  async function registered(): Promise<number | undefined> {
    const { query } = await chain.best()
    const number = await query.Audit.TaggerOf(account)
    const known = number === undefined ? undefined : await query.Audit.Taggers(number)
    return known && equal(known.verifier, verifier) ? number : undefined
  }
  async function register(): Promise<number> {
    const context = possessionContext(fromHex(chain.genesisHash), fromHex(account))
    const possession = tagger.provePossession(context)
    const call = chain.tx.Audit.register_tagger({
      verifier,
      parameters: parametersHash,
      possession,
    })
    const { events } = await chain.submit(pair, call, { until: 'inBlock' })
    const event = events.find(({ name }) => name === 'Audit.TaggerRegistered')
    const number = event?.data['tagger']
    if (typeof number !== 'number') throw new TypeError('the chain did not number our tagger key')
    ctx.logger.info({ tagger: number }, 'The tagging key is registered')
    return number
  }

  const number = (await registered()) ?? (await register())
  const pool = createTagPool({ secretSeed, threads: ctx.config.tagThreads })
  return { number, parameters, parametersHash, pool }
}
