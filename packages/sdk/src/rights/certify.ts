import { type Certificate, makeCertificate } from '@cess/light'
import type { ChainClient } from '../chain/client.ts'
import { SdkError } from '../errors.ts'

type Chain = Pick<ChainClient, 'rpc' | 'genesisHash' | 'chainName'>

/** The next justification that the node sends. @throws SdkError CONNECTION_LOST */
function nextJustification({ rpc }: Pick<Chain, 'rpc'>): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = (stop: () => void, done: () => void): void => {
      stop()
      done()
    }
    const subscribed = rpc.subscribe({
      method: 'grandpa_subscribeJustifications',
      unsubscribe: 'grandpa_unsubscribeJustifications',
      onMessage: (proof) =>
        void subscribed.then((stop) => end(stop, () => resolve(String(proof))), reject),
      onEnd: () =>
        reject(
          new SdkError(
            'CONNECTION_LOST',
            'The node closed the connection before a block was final.',
          ),
        ),
    })
    subscribed.catch(reject)
  })
}

/** The certificate of a work as of the next final block: a file that anybody checks offline. @throws LightError, SdkError */
export const certifyWork = (chain: Chain, work: number): Promise<Certificate> =>
  makeCertificate(
    {
      request: (method, params) => chain.rpc.request(method, params),
      justification: () => nextJustification(chain),
    },
    { network: chain.chainName, genesis: chain.genesisHash, work },
  )
