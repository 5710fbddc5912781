import { fromHex } from '@cess/bytes'
import { ss58Encode } from '@cess/crypto'
import { createLogger } from '@cess/service'
import type { Command } from 'commander'
import { type RunningMiners, startMiner } from '../miner.ts'
import { configOf, say, withKey, withOptions } from './common.ts'

export const addRun = (program: Command): void => {
  withKey(withOptions(program.command('run', { isDefault: true })))
    .description('start the miner: register, store, prove, serve')
    .option(
      '--ready-json',
      'print a line of JSON on standard output when all miners serve and are registered',
    )
    .action((flags: Record<string, unknown>) => run(flags))
}

async function run(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const { loaded, config } = await configOf(flags)
  const { logLevel: level, logFormat: format } = loaded.settings
  const logger = createLogger({ level, format })
  const waiting = new AbortController()
  const stopped = Promise.withResolvers<void>()
  let running: RunningMiners | undefined
  let signals = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    signals++
    // A second signal means: now.
    if (signals > 1) process.exit(130)
    logger.info({ signal }, 'stopping; once more stops at once')
    waiting.abort(new Error(signal))
    stopped.resolve()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    running = await startMiner(config, { logger, signal: waiting.signal })
    for (const { name, endpoint, account } of running.miners)
      logger.info({ miner: name, endpoint, address: ss58Encode(fromHex(account)) }, 'miner serves')
    await Promise.race([running.registered, stopped.promise])
    if (flags['readyJson'] === true && signals === 0) announce(running)
    await stopped.promise
  } catch (error) {
    if (signals === 0) throw error
  } finally {
    await running?.stop()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    logger.info({}, 'stopped')
  }
}

function announce(running: RunningMiners): void {
  const miners = running.miners.map(({ name, account, peerId, endpoint, addresses, dataDir }) => ({
    ...{
      name,
      account,
      address: ss58Encode(fromHex(account)),
      peerId,
      endpoint,
      addresses,
      dataDir,
    },
  }))
  const { statusPort, metricsPort } = running
  say(JSON.stringify({ ready: true, miners, statusPort, metricsPort }))
}
