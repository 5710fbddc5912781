import type { Clock } from '@cess/ports'
import type { Methods } from '../method.ts'
import type { RpcServices } from '../services.ts'
import { authorMethods } from './author.ts'
import { chainMethods } from './chain.ts'
import { chainHeadMethods } from './chain-head/methods.ts'
import { chainSpecMethods } from './chain-spec.ts'
import { childStateMethods } from './child-state.ts'
import { consensusMethods } from './consensus.ts'
import { offchainMethods } from './offchain.ts'
import { paymentMethods } from './payment.ts'
import { stateMethods } from './state.ts'
import { systemMethods } from './system.ts'
import { transactionMethods } from './transaction.ts'

/** Every method by its name. */
export function createMethods(services: RpcServices, clock: Clock): Methods {
  const methods: Methods = {
    ...systemMethods(services),
    ...chainMethods(services),
    ...stateMethods(services),
    ...childStateMethods(services),
    ...authorMethods(services),
    ...paymentMethods(services),
    ...consensusMethods(services),
    ...chainSpecMethods(services),
    ...chainHeadMethods(services, clock),
    ...transactionMethods(services),
    ...(services.offchain && offchainMethods(services.offchain)),
  }
  const names = [...Object.keys(methods), 'rpc_methods'].sort()
  // Clients drop what is not on this list.
  return { ...methods, rpc_methods: { run: () => ({ methods: names }) } }
}
