import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'

/**
 * Adds `--config FILE`: a JSON object whose keys are the long flags without dashes in camel case. A flag wins over
 * the environment, the environment over the file, the file over the default. Unknown keys are refused.
 */
export function withConfigFile<C extends Command>(command: C): C {
  command.addOption(
    new Option('--config <file>', 'JSON file with any of these options, in camel case').env(
      'CESS_CONFIG',
    ),
  )
  command.hook('preAction', (_, acting) => {
    const file = acting.getOptionValue('config') as string | undefined
    if (file !== undefined) applyFile(acting, file)
  })
  return command
}

function applyFile(command: Command, file: string): void {
  const fail = (why: string): never =>
    command.error(`The configuration file ${file} ${why}`, { exitCode: 2 })
  let values: unknown
  try {
    values = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return fail(`cannot be used: ${(error as Error).message}.`)
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return fail('must hold one JSON object.')
  for (const [key, value] of Object.entries(values)) {
    const option = command.options.find((one) => one.attributeName() === key)
    if (!option || key === 'config')
      return fail(`has an unknown key "${key}". Compare with --help.`)
    const source = command.getOptionValueSource(key)
    if (source === 'cli' || source === 'env') continue
    try {
      command.setOptionValueWithSource(key, parsed(option, value), 'config')
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      fail(`has a bad value for "${key}": ${error.message}`)
    }
  }
}

function parsed(option: Option, value: unknown): unknown {
  if (option.isBoolean()) {
    if (typeof value !== 'boolean') throw new InvalidArgumentError('It must be true or false.')
    return value
  }
  const parse = (text: unknown): unknown => {
    if (typeof text !== 'string' && typeof text !== 'number')
      throw new InvalidArgumentError('It must be a string or a number.')
    if (option.argChoices && !option.argChoices.includes(String(text)))
      throw new InvalidArgumentError(`It must be one of ${option.argChoices.join(', ')}.`)
    return option.parseArg ? option.parseArg(String(text), undefined as never) : String(text)
  }
  if (!option.variadic) return parse(value)
  if (!Array.isArray(value)) throw new InvalidArgumentError('It must be a list.')
  return value.flatMap(parse)
}
