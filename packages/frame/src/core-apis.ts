import {
  block,
  hash256,
  header,
  runtimeVersion,
  transactionValidity,
  transactionValidityError,
} from '@cess/primitives'
import {
  bool,
  bytes,
  type Codec,
  enumeration,
  fixedBytes,
  kase,
  metadataV14,
  metadataV15,
  metadataV16,
  option,
  struct,
  tuple,
  u32,
  unit,
  variant,
  vec,
} from '@cess/scale'
import { describeRuntime } from './describe.ts'
import { dispatchResult } from './errors.ts'
import type { Executive } from './executive.ts'
import { InvalidTx } from './extrinsic/extension.ts'
import type { Runtime } from './runtime.ts'
import { apiMethod, type RuntimeApi, runtimeApi } from './runtime-api.ts'

const inherentData = struct('sp_inherents::InherentData', {
  data: vec(tuple(fixedBytes(8), bytes), 100),
})
const inherentId = (raw: Uint8Array): string => String.fromCharCode(...raw)
const toMap = (data: { data: readonly (readonly [Uint8Array, Uint8Array])[] }) =>
  new Map(data.data.map(([id, value]) => [inherentId(id), value]))

const checkInherentsResult = struct('sp_inherents::CheckInherentsResult', {
  okay: bool,
  fatalError: bool,
  errors: inherentData,
})

/** Result<DispatchResult, TransactionValidityError>. */
export const applyExtrinsicResult = variant('Result', {
  Ok: kase(0, dispatchResult),
  Err: kase(1, transactionValidityError),
})

const transactionSource = enumeration('sp_runtime::transaction_validity::TransactionSource', [
  'InBlock',
  'Local',
  'External',
])

const opaqueMetadata: Codec<Uint8Array> = {
  def: { tag: 'composite', path: 'sp_core::OpaqueMetadata', fields: [{ codec: bytes }] },
  write: bytes.write,
  read: bytes.read,
}

/** The runtime APIs that every runtime has: Core, Metadata, BlockBuilder and TaggedTransactionQueue. */
export function coreApis(
  runtime: Runtime,
  executive: Executive,
  all: () => readonly RuntimeApi[],
): RuntimeApi[] {
  const metadata = new Map<number, Uint8Array>()
  const makers = { 14: metadataV14, 15: metadataV15, 16: metadataV16 } as const
  const metadataAt = (version: number): Uint8Array | undefined => {
    const make = makers[version as keyof typeof makers]
    if (!make) return undefined
    const known = metadata.get(version)
    if (known) return known
    const made = make(describeRuntime(runtime, all()))
    metadata.set(version, made)
    return made
  }
  return [
    runtimeApi('Core', 5, {
      version: apiMethod({ inputs: {}, output: runtimeVersion, run: () => runtime.parts.version }),
      execute_block: apiMethod({
        inputs: { block },
        output: unit,
        docs: 'Executes a whole block and checks that its header follows.',
        run: ({ block: b }) => executive.executeBlock(b) as undefined,
      }),
      initialize_block: apiMethod({
        inputs: { header },
        output: enumeration('sp_runtime::ExtrinsicInclusionMode', [
          'AllExtrinsics',
          'OnlyInherents',
        ]),
        run({ header: h }) {
          executive.initializeBlock(h)
          return 'AllExtrinsics' as const
        },
      }),
    }),
    runtimeApi('Metadata', 2, {
      metadata: apiMethod({ inputs: {}, output: opaqueMetadata, run: () => metadataAt(14)! }),
      metadata_at_version: apiMethod({
        inputs: { version: u32 },
        output: option(opaqueMetadata),
        run: ({ version }) => metadataAt(version),
      }),
      metadata_versions: apiMethod({ inputs: {}, output: vec(u32), run: () => [14, 15, 16] }),
    }),
    runtimeApi('BlockBuilder', 6, {
      apply_extrinsic: apiMethod({
        inputs: { extrinsic: runtime.extrinsic },
        output: applyExtrinsicResult,
        run({ extrinsic }) {
          try {
            return { type: 'Ok' as const, value: executive.applyExtrinsic(extrinsic) }
          } catch (error) {
            if (error instanceof InvalidTx) return { type: 'Err' as const, value: error.value }
            throw error
          }
        },
      }),
      finalize_block: apiMethod({
        inputs: {},
        output: header,
        run: () => executive.finalizeBlock(),
      }),
      inherent_extrinsics: apiMethod({
        inputs: { inherent: inherentData },
        output: vec(runtime.extrinsic),
        run: ({ inherent }) => executive.inherentExtrinsics(toMap(inherent)),
      }),
      check_inherents: apiMethod({
        inputs: { block, data: inherentData },
        output: checkInherentsResult,
        run({ block: b, data }) {
          const problems = executive.checkInherents(b, toMap(data))
          return {
            okay: problems.length === 0,
            fatalError: problems.length > 0,
            errors: {
              data: problems.map(
                (p) => [new Uint8Array(8).fill(0x20), Buffer.from(p, 'utf8')] as const,
              ),
            },
          }
        },
      }),
    }),
    runtimeApi('TaggedTransactionQueue', 3, {
      validate_transaction: apiMethod({
        inputs: { source: transactionSource, tx: runtime.extrinsic, blockHash: hash256 },
        output: transactionValidity,
        run: ({ source, tx, blockHash }) => executive.validate(tx, blockHash, source),
      }),
    }),
  ]
}
