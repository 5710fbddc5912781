import { type AccountId, concat, toHex, utf8 } from '@cess/bytes'
import {
  blake2,
  constant,
  definePallet,
  ensureSigned,
  map,
  type Provides,
  type SystemApi,
  type Verifier,
  weigh,
} from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { boundedBytes, encode, fixedBytes, struct, u32, vec } from '@cess/scale'

/** Operators that one account may authorise. */
const AUTHOR_LIMIT = 20
/** Blocks that a signed authorisation may lie in the future. */
const PAYLOAD_EXPIRED = 100

const ossInfo = struct('pallet_oss::types::OssInfo', {
  peerId: fixedBytes(38),
  domain: boundedBytes(200),
})
const proxyAuthPayload = struct('pallet_oss::types::ProxyAuthPayload', {
  oss: accountId32,
  exp: u32,
})

/** Gateways and who lets them act (CESS pallet Oss). */
export const oss = (config: {
  readonly system: Provides<SystemApi>
  readonly verifier: Verifier
}) =>
  definePallet({
    name: 'Oss',
    index: 108,
    crate: 'pallet_oss',
    constants: {
      P2PLength: constant(u32, 200, 'Longest domain of a gateway.'),
      AuthorLimit: constant(u32, AUTHOR_LIMIT, 'Operators that one account may authorise.'),
      PayloadExpired: constant(u32, PAYLOAD_EXPIRED),
    },
    storage: {
      AuthorityList: map([blake2(accountId32)], vec(accountId32, AUTHOR_LIMIT), {
        default: [],
        docs: 'Operators that may declare and delete for this account.',
      }),
      Oss: map([blake2(accountId32)], ossInfo, { docs: 'Registered gateways.' }),
      Revoked: map([blake2(accountId32), blake2(accountId32)], u32, {
        docs: 'Account and operator → signed authorisations up to this expiry do not count any more.',
      }),
    },
    events: {
      Authorize: { acc: accountId32, operator: accountId32 },
      CancelAuthorize: { acc: accountId32, oss: accountId32 },
      OssRegister: { acc: accountId32, endpoint: fixedBytes(38) },
      OssUpdate: { acc: accountId32, newEndpoint: fixedBytes(38) },
      OssDestroy: { acc: accountId32 },
    },
    errors: {
      NoAuthorization: 'This account has not authorised that operator.',
      Registered: 'This gateway is registered already.',
      UnRegister: 'This gateway is not registered.',
      OptionParseError: 'A stored value is missing.',
      BoundedVecError: 'The list is full.',
      Existed: 'That operator is authorised already.',
      MalformedSignature: 'The signature does not have 64 bytes.',
      VerifySigFailed: 'The signature does not match.',
      Expired: 'The signed authorisation has expired.',
    },
    api({ storage, errors, emit }) {
      return {
        /** Whether `operator` may act on the files of `owner`. */
        mayAct: (operator: AccountId, owner: AccountId): boolean =>
          operator === owner || storage.AuthorityList.get(owner).includes(operator),
        registered: (gateway: AccountId): boolean => storage.Oss.has(gateway),
        authorize(acc: AccountId, operator: AccountId): void {
          const list = storage.AuthorityList.get(acc)
          if (list.includes(operator)) throw errors.Existed()
          if (list.length >= AUTHOR_LIMIT) throw errors.BoundedVecError()
          storage.AuthorityList.put(acc, [...list, operator])
          storage.Revoked.remove(acc, operator)
          emit.Authorize({ acc, operator })
        },
      }
    },
    calls: {
      authorize: {
        index: 0,
        docs: 'Lets an operator declare and delete files for the sender.',
        args: { operator: accountId32 },
        weight: weigh(10, 1, 2),
        run({ api }, origin, { operator }) {
          api.authorize(ensureSigned(origin), operator)
          return undefined
        },
      },
      cancel_authorize: {
        index: 1,
        docs: 'Takes that right back.',
        args: { oss: accountId32 },
        weight: weigh(10, 2, 2),
        run({ storage, emit, errors, use }, origin, args) {
          const acc = ensureSigned(origin)
          const list = storage.AuthorityList.get(acc)
          if (!list.includes(args.oss)) throw errors.NoAuthorization()
          const rest = list.filter((a) => a !== args.oss)
          if (rest.length > 0) storage.AuthorityList.put(acc, rest)
          else storage.AuthorityList.remove(acc)
          // Whoever holds a signed authorisation could bring it again as long as it has not expired.
          storage.Revoked.put(acc, args.oss, use(config.system).number() + PAYLOAD_EXPIRED)
          emit.CancelAuthorize({ acc, oss: args.oss })
          return undefined
        },
      },
      register: {
        index: 2,
        docs: 'Registers the sender as a gateway: its peer id and where it answers.',
        args: { endpoint: fixedBytes(38), domain: boundedBytes(200) },
        weight: weigh(10, 1, 1),
        run({ storage, emit, errors }, origin, { endpoint, domain }) {
          const acc = ensureSigned(origin)
          if (storage.Oss.has(acc)) throw errors.Registered()
          storage.Oss.put(acc, { peerId: endpoint, domain })
          emit.OssRegister({ acc, endpoint })
          return undefined
        },
      },
      update: {
        index: 3,
        docs: 'Changes where the gateway answers.',
        args: { endpoint: fixedBytes(38), domain: boundedBytes(200) },
        weight: weigh(10, 1, 1),
        run({ storage, emit, errors }, origin, { endpoint, domain }) {
          const acc = ensureSigned(origin)
          if (!storage.Oss.has(acc)) throw errors.UnRegister()
          storage.Oss.put(acc, { peerId: endpoint, domain })
          emit.OssUpdate({ acc, newEndpoint: endpoint })
          return undefined
        },
      },
      destroy: {
        index: 4,
        docs: 'Takes the gateway off the list.',
        args: {},
        weight: weigh(10, 1, 1),
        run({ storage, emit, errors }, origin) {
          const acc = ensureSigned(origin)
          if (!storage.Oss.has(acc)) throw errors.UnRegister()
          storage.Oss.remove(acc)
          emit.OssDestroy({ acc })
          return undefined
        },
      },
      proxy_authorzie: {
        index: 5,
        docs: 'Brings an authorisation that an account signed off chain.',
        args: { authPuk: fixedBytes(32), sig: boundedBytes(64), payload: proxyAuthPayload },
        weight: weigh(300, 3, 2),
        run({ api, storage, errors, use }, origin, { authPuk, sig, payload }) {
          ensureSigned(origin)
          const now = use(config.system).number()
          if (payload.exp < now || payload.exp > now + PAYLOAD_EXPIRED) throw errors.Expired()
          const owner = toHex(authPuk) as AccountId
          const revoked = storage.Revoked.get(owner, payload.oss)
          if (revoked !== undefined && payload.exp <= revoked) throw errors.Expired()
          if (sig.length !== 64) throw errors.MalformedSignature()
          const message = encode(proxyAuthPayload, payload)
          // Wallets wrap what they sign as raw bytes.
          const wrapped = concat(utf8('<Bytes>'), message, utf8('</Bytes>'))
          const good =
            config.verifier.verify('sr25519', sig, message, authPuk) ||
            config.verifier.verify('sr25519', sig, wrapped, authPuk)
          if (!good) throw errors.VerifySigFailed()
          api.authorize(owner, payload.oss)
          return undefined
        },
      },
    },
  })
export type OssApi = NonNullable<ReturnType<typeof oss>['provided']>
