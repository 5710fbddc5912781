import { equal, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import { type Network, StorageRefusal, storageClient } from '@cess/network'
import type { Tagger } from '../chain/port.ts'
import type { MinerContext } from '../context.ts'
import type { Pool } from '../work/pool.ts'

/** Checks parameters once for all miners of a process: it takes a second. */
export interface ParameterChecks {
  /** Whether these are the tagger's parameters, in full. */
  check(tagger: Tagger, parameters: Uint8Array): Promise<boolean>
}

const CHECKS = 256

export function createParameterChecks(pool: Pool): ParameterChecks {
  const checks = new Map<string, Promise<boolean>>()
  return {
    check({ verifier, parameters: hash }, parameters) {
      const name = `${toHex(hash)}/${toHex(verifier)}`
      const held = checks.get(name)
      if (held) return held
      const [oldest] = checks.keys()
      if (checks.size >= CHECKS && oldest !== undefined) checks.delete(oldest)
      const made = pool.run('parameters', { verifier, parameters })
      checks.set(name, made)
      made.catch(() => checks.delete(name))
      return made
    },
  }
}

/** Prover parameters of taggers: fetched from who sends tags, checked, and handed on to who asks. */
export interface Parameters {
  /** The checked parameters of a tagger. @throws StorageRefusal */
  of(tagger: Tagger, peer: string): Promise<Uint8Array>
  /** Parameters that are here, by their hash. @throws StorageRefusal NotFound */
  held(hash: Uint8Array): Uint8Array
}

export function createParameters(
  ctx: MinerContext,
  network: Network,
  checks: ParameterChecks,
): Parameters {
  const { tags } = ctx.store
  const client = storageClient(network)
  const fetching = new Map<string, Promise<Uint8Array>>()

  async function obtain(tagger: Tagger, peer: string): Promise<Uint8Array> {
    const { parameters: hash } = tagger
    const parameters = await client.params(peer, hash).catch((error: unknown) => {
      ctx.logger.debug({ peer, reason: String(error) }, 'parameters could not be fetched')
      throw new StorageRefusal(
        'NotFound',
        'The prover parameters of these tags could not be fetched from you. Serve them under their hash, then send the tags again.',
      )
    })
    if (!equal(blake2b256(parameters), hash) || !(await checks.check(tagger, parameters)))
      throw new StorageRefusal(
        'Corrupt',
        'The prover parameters do not belong to the tagger’s key.',
      )
    await tags.putParameters(hash, parameters)
    return parameters
  }

  return {
    async of(tagger, peer) {
      const held = tags.parameters(tagger.parameters)
      if (held) return held
      const name = toHex(tagger.parameters)
      const running = fetching.get(name)
      if (running) return running
      const mine = obtain(tagger, peer).finally(() => fetching.delete(name))
      fetching.set(name, mine)
      return mine
    },
    held(hash) {
      const found = tags.parameters(hash)
      if (!found) throw new StorageRefusal('NotFound', 'This miner does not have these parameters.')
      return found
    },
  }
}
