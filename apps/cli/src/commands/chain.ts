import { type Hash, isHex } from '@cess/bytes'
import type { AnyCodec } from '@cess/scale'
import { type ChainClient, type ChainView, SdkError } from '@cess/sdk'
import type { Command } from 'commander'
import { fromJson } from '../chain/from-json.ts'
import { callItem, storageItem } from '../chain/items.ts'
import { type Action, type Cli, type Result, toJson } from '../cli.ts'
import { CliError } from '../errors.ts'
import { whole } from './arguments.ts'

type Reader = ((...keys: unknown[]) => Promise<unknown>) & {
  entries(...first: unknown[]): AsyncIterable<readonly [readonly unknown[], unknown]>
}

/** A block by hash or number; the last finalized one when none is named. @throws SdkError NOT_FOUND, CliError USAGE */
async function blockOf(chain: ChainClient, text: string | undefined): Promise<Hash> {
  if (text === undefined) return (await chain.finalizedHead()).hash
  if (isHex(text, 32)) return text.toLowerCase() as Hash
  if (!/^\d{1,10}$/.test(text))
    throw new CliError(
      'USAGE',
      `"${text.slice(0, 80)}" is neither the number nor the hash of a block.`,
    )
  const hash = await chain.blockHash(Number(text))
  if (!hash) throw new SdkError('NOT_FOUND', `There is no block ${text} yet.`)
  return hash
}

/** JSON, or a text as it is. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function head(cli: Cli): Promise<Result> {
  const chain = await cli.chain()
  const [best, finalized, health] = await Promise.all([
    chain.best().then(({ hash }) => chain.header(hash)),
    chain.finalizedHead(),
    chain.rpc.request('system_health') as Promise<{ peers: number; isSyncing: boolean }>,
  ])
  const { chainName, genesisHash } = chain
  return {
    json: { chain: chainName, genesisHash, best, finalized, ...health },
    text: [
      chainName,
      `best       ${best.number}  ${best.hash}`,
      `finalized  ${finalized.number}  ${finalized.hash}`,
      `peers      ${health.peers}${health.isSyncing ? ', still synchronizing' : ''}`,
    ],
  }
}

async function block(cli: Cli, at: string | undefined): Promise<Result> {
  const chain = await cli.chain()
  const hash = await blockOf(chain, at)
  const found = await chain.rpc.request('chain_getBlock', [hash])
  if (found === null) throw new SdkError('NOT_FOUND', `The node does not have block ${hash}.`)
  const { block } = found as { block: { header: { number: string }; extrinsics: string[] } }
  const number = Number.parseInt(block.header.number, 16)
  const json = { hash, number, ...block }
  return { json, text: toJson(json, 2) }
}

async function events(cli: Cli, at: string | undefined): Promise<Result> {
  const chain = await cli.chain()
  const hash = await blockOf(chain, at)
  const [header, list] = await Promise.all([chain.header(hash), chain.events(hash)])
  return {
    json: { block: header.number, hash, events: list },
    text: [
      `Block ${header.number}  ${hash}`,
      ...list.map(({ name, data, extrinsic }) =>
        `${extrinsic === undefined ? '' : `#${extrinsic}`}`
          .padEnd(5)
          .concat(`${name}  ${toJson(data)}`),
      ),
    ],
  }
}

/** Entries that are listed, at most, unless the user wants more. */
const LIMIT = 100

async function query(
  cli: Cli,
  path: string,
  given: readonly string[],
  { at, limit = LIMIT }: { readonly at?: string; readonly limit?: number },
): Promise<Result> {
  const { pallet, name, item } = storageItem(path)
  const codecs: readonly AnyCodec[] = (item.keys ?? []).map(({ codec }) => codec)
  if (given.length > codecs.length)
    throw new CliError(
      'USAGE',
      `${pallet}.${name} takes ${codecs.length} keys, not ${given.length}.`,
    )
  const keys = given.map((text, i) => fromJson(codecs[i]!, `Key ${i + 1}`, parseValue(text)))
  const chain = await cli.chain()
  const view: ChainView = chain.at(await blockOf(chain, at))
  const all = view.query as unknown as Record<string, Record<string, Reader>>
  const reader = all[pallet]![name]!
  if (keys.length === codecs.length) {
    const value = (await reader(...keys)) ?? null
    return { json: { block: view.hash, value }, text: toJson(value, 2) }
  }
  const entries: { keys: readonly unknown[]; value: unknown }[] = []
  let more = false
  for await (const [found, value] of reader.entries(...keys)) {
    more = entries.length >= limit
    if (more) break
    entries.push({ keys: found, value })
  }
  return {
    json: { block: view.hash, entries, more },
    text: [
      ...entries.map(
        (entry) => `${entry.keys.map((k) => toJson(k)).join(' ')}  ${toJson(entry.value)}`,
      ),
      ...(more ? [`… and more: --limit ${10 * limit}`] : []),
    ],
  }
}

async function tx(cli: Cli, path: string, text = '{}'): Promise<Result> {
  const { pallet, name, item } = callItem(path)
  const json = parseValue(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new CliError(
      'USAGE',
      `The arguments are one JSON object with ${Object.keys(item.args).join(', ') || 'nothing'}.`,
    )
  const given = json as Record<string, unknown>
  const unknown = Object.keys(given).find((key) => !(key in item.args))
  if (unknown !== undefined)
    throw new CliError(
      'USAGE',
      `${pallet}.${name} takes ${Object.keys(item.args).join(', ') || 'nothing'}, and no "${unknown}".`,
    )
  const args = Object.fromEntries(
    Object.entries(item.args).map(([key, codec]) => [key, fromJson(codec, key, given[key])]),
  )
  const [chain, account] = await Promise.all([cli.chain(), cli.account()])
  cli.progress.update('Sending', 0)
  const call = { type: pallet, value: { type: name, value: args } }
  const { extrinsicHash, block, events } = await chain.submit(account.pair, call)
  return {
    json: { extrinsicHash, block: block.number, blockHash: block.hash, events },
    text: [
      `${pallet}.${name} is final in block ${block.number}.`,
      ...events.map((event) => `  ${event.name}  ${toJson(event.data)}`),
    ],
  }
}

export function addChain(program: Command, action: Action): void {
  const chain = program
    .command('chain')
    .description('look at the chain itself, and send any transaction')
    .addHelpText(
      'after',
      `
Values are JSON: addresses and text in quotes (or bare, as a key), bytes as "0x…", numbers beyond 2^53 in quotes.

Examples:
  cess chain query System.Account cXfaW…
  cess chain query FileBank.File 6f2c…e1
  cess chain query Sminer.MinerItems --limit 20
  cess chain tx Balances.transfer_keep_alive '{"dest": "cXfaW…", "value": "1000000000000000000"}'`,
    )
  chain.command('head').description('best and finalized block').action(action(head))
  chain
    .command('block')
    .description('a block with its extrinsics')
    .argument('[block]', 'number or hash (default: the last finalized)')
    .action(action(block))
  chain
    .command('events')
    .description('what happened in a block')
    .argument('[block]', 'number or hash (default: the last finalized)')
    .action(action(events))
  chain
    .command('query')
    .description('read storage; with fewer keys than a map has, its entries')
    .argument('<item>', 'PALLET.ITEM')
    .argument('[keys...]', 'keys')
    .option('--at <block>', 'number or hash (default: the last finalized)')
    .option('--limit <n>', 'entries to list', whole(1, 100_000))
    .action(action(query))
  chain
    .command('tx')
    .description('sign and send a transaction, and wait until it is final')
    .argument('<call>', 'PALLET.CALL')
    .argument('[arguments]', 'JSON object')
    .action(action(tx))
}
