import { ss58Encode } from '@cess/crypto'
import { type Clock, type Random, systemClock, systemRandom } from '@cess/ports'
import {
  type Account,
  type ChainClient,
  connectChain,
  createGatewayClient,
  type GatewayClient,
} from '@cess/sdk'
import type { Command } from 'commander'
import { CliError } from './errors.ts'
import { loadAccount, loadAddress } from './keys/load.ts'
import { type GlobalOptions, type Settings, settingsOf } from './settings.ts'
import { createProgress, type Progress } from './shell/progress.ts'
import type { Shell } from './shell/shell.ts'

/** What a command works with. Connections are made when they are needed. */
export interface Cli {
  readonly settings: Settings
  readonly shell: Shell
  readonly clock: Clock
  readonly random: Random
  readonly progress: Progress
  /** Whether the result is for a machine. */
  readonly json: boolean
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  chain(): Promise<ChainClient>
  gateway(): GatewayClient
  /** With its secret: asks for the passphrase. */
  account(): Promise<Account>
  /** Address of the account; asks for nothing. */
  address(): Promise<string>
}

/** What a command found out: as JSON, and as lines for people. Nothing when it wrote to standard output itself. */
export interface Result {
  readonly json: unknown
  readonly text: string | readonly string[]
  /** The command did its work, and what it found is bad. */
  readonly failed?: boolean
}

/** Numbers beyond 2^53 become strings, bytes become hex. */
const plain = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? `0x${value.toHex()}` : value
}
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, plain, indent)

export const address = (account: string): string => ss58Encode(account as never)

function createCli(
  shell: Shell,
  options: GlobalOptions,
  signal: AbortSignal,
): Cli & { close(): void } {
  const settings = settingsOf(options, shell.env)
  const json = options.json === true
  const progress = createProgress({
    clock: systemClock,
    live: shell.live && !json,
    width: shell.columns,
    write: (text) => {
      if (!json) shell.err(text)
    },
  })
  let chain: Promise<ChainClient> | undefined
  let gateway: GatewayClient | undefined
  let account: Promise<Account> | undefined
  return {
    settings,
    shell,
    clock: systemClock,
    random: systemRandom,
    progress,
    json,
    signal,
    chain() {
      chain ??= connectChain({ endpoints: settings.nodes, clock: systemClock })
      return chain
    },
    gateway() {
      gateway ??= createGatewayClient({
        url: settings.gateway,
        clock: systemClock,
        random: systemRandom,
        streams: true,
      })
      return gateway
    },
    account() {
      account ??= loadAccount(settings, shell, signal)
      return account
    },
    address: () => loadAddress(settings),
    close() {
      progress.clear()
      chain?.then(
        (client) => client.close(),
        () => undefined,
      )
    },
  }
}

/** What an interrupted command has to tidy up. */
const GRACE_MS = 1_000

type Work<A extends unknown[]> = (cli: Cli, ...args: A) => Promise<Result | undefined>

/** Makes actions of commands from pieces of work, which get the arguments and then the options. */
export function createAction(shell: Shell, onFailed: () => void) {
  return <A extends unknown[]>(work: Work<A>) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command
      const interrupted = new AbortController()
      const { signal } = interrupted
      const end = shell.onInterrupt(() => {
        interrupted.abort(
          new CliError(
            'INTERRUPTED',
            'Interrupted. Run the same command again to go on where it stopped.',
          ),
        )
      })
      const stopped = new Promise<never>((_, reject) => {
        const stop = (): void => reject(signal.reason)
        signal.addEventListener('abort', () => systemClock.after(GRACE_MS, stop), { once: true })
      })
      const cli = createCli(shell, command.optsWithGlobals() as GlobalOptions, signal)
      try {
        const running = work(cli, ...(given.slice(0, -1) as A))
        // What cannot be interrupted, such as a call to the chain, is left to itself after a moment.
        const result = await Promise.race([running, stopped])
        cli.progress.clear()
        if (!result) return
        const { text } = result
        const shown = typeof text === 'string' ? text : text.join('\n')
        shell.out(`${cli.json ? toJson(result.json) : shown}\n`)
        if (result.failed) onFailed()
      } finally {
        end()
        cli.close()
      }
    }
}
export type Action = ReturnType<typeof createAction>
