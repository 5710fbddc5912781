import { CallFailed, SdkError } from '@cess/sdk'
import { GatewayError, type GatewayErrorCode, reasonOf } from '../errors.ts'

/** Failures of calls that an owner can do something about. */
const OWNERS: Readonly<Record<string, readonly [GatewayErrorCode, string]>> = {
  'FileBank.NoPermission': [
    'NOT_AUTHORISED',
    'Your account has not authorised this gateway. Run `cess authorize`, then try again.',
  ],
  'FileBank.NotOwner': ['NOT_OWNER', 'The file belongs to another account, so you cannot do this.'],
  'FileBank.Existed': [
    'ALREADY_STORED',
    'A file with exactly these bytes is declared or stored already, by another account. Encrypted files are never equal: encrypt it with a key of your own.',
  ],
  'FileBank.FileNonExistent': ['FILE_NOT_FOUND', 'There is no such file. Check the file id.'],
  'FileBank.LessMinLength': [
    'BAD_HEADER',
    'A name is too short: a bucket needs 3 characters, a file one.',
  ],
  'FileBank.MinerPowerInsufficient': [
    'UNAVAILABLE',
    'The network does not have 12 miners with room for this file at the moment. Try again later, or with a smaller file.',
  ],
  'StorageHandler.NotHaveTerritory': [
    'NO_TERRITORY',
    'You have no territory of that name. Buy space with `cess space buy`, or name another one.',
  ],
  'StorageHandler.NotActive': [
    'TERRITORY_NOT_ACTIVE',
    'The lease of the territory is over. Renew it with `cess space renew`.',
  ],
  'StorageHandler.InsufficientLease': [
    'TERRITORY_NOT_ACTIVE',
    'The lease of the territory is over. Renew it with `cess space renew`.',
  ],
  'StorageHandler.OnConsignment': [
    'TERRITORY_NOT_ACTIVE',
    'The territory is for sale. Take the offer back, or name another territory.',
  ],
  'StorageHandler.InsufficientStorage': [
    'NO_ROOM',
    'The territory does not have enough room for the file any more. Expand it with `cess space expand`, or delete something.',
  ],
}

/** The name of the chain's error, `Pallet.Name`, when a call got into a block and failed there. */
export const chainErrorOf = (error: unknown): string | undefined =>
  error instanceof CallFailed ? error.error : undefined

/** Whether the chain could not be asked, as opposed to saying no. */
export const isOutage = (error: unknown): boolean =>
  error instanceof SdkError &&
  ['UNREACHABLE', 'CONNECTION_LOST', 'TIMEOUT', 'EXPIRED', 'REJECTED', 'RPC_ERROR'].includes(
    error.code,
  )

/** What a user is told about a failure of the chain. Other errors as they are. */
export function chainProblem(error: unknown): unknown {
  const name = chainErrorOf(error)
  const known = name === undefined ? undefined : OWNERS[name]
  if (known) return new GatewayError(known[0], known[1], { chain: name }, error)
  if (name !== undefined)
    return new GatewayError(
      'CHAIN_REFUSED',
      `The chain refused it: ${reasonOf(error)} Tell the gateway's operator if this goes on.`,
      { chain: name },
      error,
    )
  if (error instanceof SdkError)
    return new GatewayError(
      'CHAIN_UNREACHABLE',
      `The gateway cannot reach the chain at the moment (${error.message}). Try again in a minute.`,
      {},
      error,
    )
  return error
}

/** Runs a piece of work with the chain; its failures become sentences for users. */
export async function askChain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw chainProblem(error)
  }
}
