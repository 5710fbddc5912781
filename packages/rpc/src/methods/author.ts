import { fromHex, toHex } from '@cess/bytes'
import type { TxStatus } from '@cess/chain'
import { blake2b256 } from '@cess/crypto'
import type { Extrinsic } from '@cess/primitives'
import { bytes, decode } from '@cess/scale'
import { invalidParams, RpcError } from '../errors.ts'
import { extrinsicHex } from '../json.ts'
import { type Methods, subscription } from '../method.ts'
import type { Params } from '../params.ts'
import type { NodeKeys, RpcServices } from '../services.ts'

const BAD_FORMAT = 1001

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

const LAST = new Set(['finalized', 'finalityTimeout', 'usurped', 'dropped', 'invalid'])

/** Transactions and the node's own keys. */
export function authorMethods({ pool, keys }: RpcServices): Methods {
  const needKeys = (): NodeKeys => {
    if (!keys) throw new RpcError(1040, 'this node keeps no keys; start it with --keystore-path')
    return keys
  }
  return {
    author_submitExtrinsic: { run: (params) => pool.submit(readExtrinsic(params, 0), 'External') },
    author_pendingExtrinsics: { run: () => pool.pending().map(extrinsicHex) },
    author_removeExtrinsic: {
      unsafe: true,
      run(params) {
        const asked = params.array(0, 'extrinsics', 1000) as readonly Record<string, string>[]
        const hashes = asked.map((entry) => {
          if (entry?.['hash']) return entry['hash'] as never
          const raw = entry?.['extrinsic']
          if (typeof raw !== 'string') throw invalidParams('give {hash} or {extrinsic}')
          return toHex(blake2b256(fromHex(raw as never))) as never
        })
        return pool.remove(hashes)
      },
    },
    ...subscription(
      {
        subscribe: 'author_submitAndWatchExtrinsic',
        unsubscribe: 'author_unwatchExtrinsic',
        notification: 'author_extrinsicUpdate',
      },
      async (sub, params) => {
        const watch = await pool.watch(readExtrinsic(params, 0), 'External', (status) => {
          sub.push(statusJson(status))
          if (LAST.has(status.type)) sub.close()
        })
        sub.onClose(() => watch.cancel())
      },
    ),
    author_rotateKeys: { unsafe: true, run: async () => toHex(await needKeys().rotate()) },
    author_insertKey: {
      unsafe: true,
      async run(params) {
        const type = params.string(0, 'key type', 4)
        await needKeys().insert(
          type,
          params.string(1, 'secret uri'),
          params.bytes(2, 'public key', 64),
        )
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
        if (all.length !== 64) throw invalidParams('session keys are 64 bytes: grandpa, then babe')
        return needKeys().has(all.slice(0, 32), 'gran') && needKeys().has(all.slice(32), 'babe')
      },
    },
  }
}
