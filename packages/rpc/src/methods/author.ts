import { type Hash, isHex, toHex } from '@cess/bytes'
import type { TransactionPool, TxStatus } from '@cess/chain'
import { blake2b256 } from '@cess/crypto'
import type { Extrinsic } from '@cess/primitives'
import { bytes, decode } from '@cess/scale'
import { invalidParams, RpcError } from '../errors.ts'
import { extrinsicHex } from '../json.ts'
import { type Methods, subscription } from '../method.ts'
import { MAX_BYTES, type Params, parseHex } from '../params.ts'
import type { NodeKeys, RpcServices } from '../services.ts'

const BAD_FORMAT = 1001
const OTHER = 1040
/** Extrinsics that one author_removeExtrinsic may name. */
const MAX_REMOVED = 1000

/** The extrinsic without the length prefix that clients send. */
export function readExtrinsic(params: Params, index: number): Extrinsic {
  const raw = params.bytes(index, 'extrinsic')
  try {
    return decode(bytes, raw)
  } catch {
    throw new RpcError(BAD_FORMAT, 'Extrinsic has invalid format: its length prefix is wrong')
  }
}

/** A status as Substrate's `TransactionStatus` looks in JSON. */
function statusJson(status: TxStatus): unknown {
  switch (status.type) {
    case 'broadcast':
      return { broadcast: status.peers }
    case 'inBlock':
    case 'finalized':
    case 'retracted':
    case 'finalityTimeout':
      return { [status.type]: status.block }
    case 'usurped':
      return { usurped: status.by }
    default:
      return status.type
  }
}

const LAST: ReadonlySet<TxStatus['type']> = new Set([
  'finalized',
  'finalityTimeout',
  'usurped',
  'dropped',
  'invalid',
])

/** Substrate's `ExtrinsicOrHash`. */
function hashOf(entry: unknown): Hash {
  const { hash, extrinsic } = (entry ?? {}) as Record<string, unknown>
  if (isHex(hash, 32)) return hash.toLowerCase() as Hash
  if (extrinsic === undefined) throw invalidParams('give each as {"hash": …} or {"extrinsic": …}')
  return toHex(blake2b256(parseHex(extrinsic, 'extrinsic', MAX_BYTES))) as Hash
}

const watchMethods = (pool: TransactionPool): Methods =>
  subscription(
    {
      subscribe: 'author_submitAndWatchExtrinsic',
      unsubscribe: 'author_unwatchExtrinsic',
      notification: 'author_extrinsicUpdate',
    },
    async (sub, params) => {
      const watch = await pool.watch(readExtrinsic(params, 0), 'External', (status) =>
        // After everything else that hears of the block: clients take their next nonce from the storage
        // notification, which must have reached them when this does.
        queueMicrotask(() => {
          sub.push(statusJson(status))
          if (LAST.has(status.type)) sub.close()
        }),
      )
      sub.onClose(() => watch.cancel())
    },
  )

function keyMethods(keys: NodeKeys | undefined): Methods {
  const needKeys = (): NodeKeys => {
    if (!keys) throw new RpcError(OTHER, 'This node keeps no keys; start it with --keystore-path')
    return keys
  }
  return {
    author_rotateKeys: { unsafe: true, run: async () => toHex(await needKeys().rotate()) },
    author_rotateKeysWithOwner: {
      unsafe: true,
      async run(params) {
        params.bytes(0, 'owner', 64)
        // Without `proof`: the runtime does not ask for one.
        return { keys: toHex(await needKeys().rotate()) }
      },
    },
    author_insertKey: {
      unsafe: true,
      async run(params) {
        const type = params.string(0, 'key type', 4)
        const uri = params.string(1, 'secret uri')
        const publicKey = params.bytes(2, 'public key', 64)
        try {
          await needKeys().insert(type, uri, publicKey)
        } catch (error) {
          if (error instanceof RangeError) throw new RpcError(OTHER, error.message)
          throw error
        }
        return null
      },
    },
    author_hasKey: {
      unsafe: true,
      run: (params) =>
        needKeys().has(params.bytes(0, 'public key', 64), params.string(1, 'key type', 4)),
    },
    author_hasSessionKeys: {
      unsafe: true,
      run(params) {
        const all = params.bytes(0, 'session keys', 64)
        if (all.length !== 64) throw new RpcError(OTHER, 'Session keys are not encoded correctly')
        return needKeys().has(all.slice(0, 32), 'gran') && needKeys().has(all.slice(32), 'babe')
      },
    },
  }
}

/** Transactions and the node's own keys. */
export function authorMethods({ pool, keys }: RpcServices): Methods {
  return {
    author_submitExtrinsic: { run: (params) => pool.submit(readExtrinsic(params, 0), 'External') },
    author_pendingExtrinsics: { run: () => pool.pending().map(extrinsicHex) },
    author_removeExtrinsic: {
      unsafe: true,
      run: (params) => pool.remove(params.array(0, 'extrinsics', MAX_REMOVED).map(hashOf)),
    },
    ...watchMethods(pool),
    ...keyMethods(keys),
  }
}
