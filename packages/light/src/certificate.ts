import { concat, type Hash, u32le } from '@cess/bytes'
import { twox64 } from '@cess/crypto/hashes'
import { workInfo } from '@cess/pallets/rights'
import { decode, u64 } from '@cess/scale'
import { collectChainProof, type ProofSource } from './collect.ts'
import { LightError } from './errors.ts'
import { itemKey } from './keys.ts'
import type { ChainProof } from './proof.ts'
import { verifyChainProof } from './verify.ts'
import { type Work, workFrom } from './work.ts'

const FORMAT = 'cess-certificate/1'

/** One file that proves what the chain says of a work. JSON. */
export interface Certificate {
  readonly format: typeof FORMAT
  /** Which network it is of, as a hint: who checks it has to know the genesis hash from elsewhere. */
  readonly network: string
  readonly genesis: Hash
  readonly work: number
  readonly proof: ChainProof
}

/** What a certificate proves. */
export interface Certified {
  readonly genesis: Hash
  /** The final block that this was the state of, and its time in milliseconds since 1970. */
  readonly block: number
  readonly hash: Hash
  readonly time: number
  readonly work: Work
}

/** Key of a work in the chain's state: `Mdrc.Works`, by number, under Twox64Concat. */
const workKey = (id: number): Uint8Array =>
  concat(itemKey('Mdrc', 'Works'), twox64(u32le(id)), u32le(id))
const timeKey = (): Uint8Array => itemKey('Timestamp', 'Now')

/** Makes the certificate of a work as of the next block that becomes final. @throws LightError */
export async function makeCertificate(
  source: ProofSource,
  { network, genesis, work }: Pick<Certificate, 'network' | 'genesis' | 'work'>,
): Promise<Certificate> {
  const proof = await collectChainProof(source, [workKey(work), timeKey()])
  const certificate: Certificate = { format: FORMAT, network, genesis, work, proof }
  verifyCertificate(certificate, genesis)
  return certificate
}

/**
 * Checks a certificate offline. `genesis` is what the one who checks knows of the network, not what the file says.
 * @throws LightError
 */
export function verifyCertificate(input: unknown, genesis: string): Certified {
  const given = (typeof input === 'object' && input !== null ? input : {}) as Partial<Certificate>
  const { format, work: id, proof } = given
  if (format !== FORMAT || !Number.isInteger(id) || id! < 0 || id! > 0xffffffff || !proof)
    throw new LightError(
      'MALFORMED',
      `This is no certificate of a work (${FORMAT}). Ask for the JSON file that \`cess rights certificate\` writes.`,
    )
  const keys = [workKey(id!), timeKey()]
  const { number, hash, values } = verifyChainProof(genesis, proof, keys)
  const [work, time] = keys.map((key) => values.get(`0x${key.toHex()}`))
  if (!work || !time)
    throw new LightError(
      'NOT_PROVEN',
      `At block ${number} there was no work ${id}. Nothing is certified.`,
    )
  return {
    genesis: genesis.toLowerCase() as Hash,
    block: number,
    hash,
    time: Number(decode(u64, time)),
    work: workFrom(id!, decode(workInfo, work)),
  }
}
