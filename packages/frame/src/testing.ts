import assert from 'node:assert/strict'
import type { Externalities } from '@cess/primitives'
import type { Origin } from './origin.ts'
import type { RuntimeCall } from './pallet.ts'
import type { Runtime } from './runtime.ts'

/** What a pallet's tests need: calls that must succeed, calls that must change nothing, and the events so far. */
export interface TestKit {
  /** Runs `body` on the test state. */
  run<T>(body: () => T): T
  /** Dispatches and fails the test when the call fails. */
  ok(origin: Origin, call: RuntimeCall): void
  /** Dispatches, expects the error `Pallet.Name` (or `BadOrigin` …), and that nothing at all has changed. */
  noop(origin: Origin, call: RuntimeCall, error: string): void
  /** Goes on to the next block, running its hooks. */
  nextBlock(times?: number): void
  /** Events of the current block as `{ type, value: { type, value } }`. */
  events(): readonly {
    readonly type: string
    readonly value: { readonly type: string; readonly value: unknown }
  }[]
  /** The last event named `Pallet.Event`, or a failed test. */
  event(name: string): Readonly<Record<string, unknown>>
}

function errorName(runtime: Runtime, value: { type: string; value: unknown }): string {
  if (value.type !== 'Module')
    return typeof value.value === 'string' ? `${value.type}.${value.value}` : value.type
  const { index, error } = value.value as { index: number; error: Uint8Array }
  const { def } = runtime.bound.find((b) => b.def.index === index)!
  return `${def.name}.${Object.keys(def.errors)[error[0]!]}`
}

/** The test kit over a runtime and a state. */
export function testKit(runtime: Runtime, state: Externalities): TestKit {
  const system = runtime.use(runtime.parts.system)
  const run = <T>(body: () => T): T => runtime.within(state, body)
  const root = (): string => Buffer.from(state.storageRoot()).toString('hex')
  const events = () =>
    run(() => system.storage.Events.get()).map(
      (r) => r.event as { type: string; value: { type: string; value: unknown } },
    )
  return {
    run,
    events,
    ok(origin, call) {
      const { result } = run(() => runtime.dispatch(origin, call))
      if (result.type === 'Err') assert.fail(`the call failed: ${errorName(runtime, result.value)}`)
    },
    noop(origin, call, error) {
      const before = root()
      const { result } = run(() => runtime.dispatch(origin, call))
      assert.equal(result.type, 'Err', 'the call succeeded')
      if (result.type === 'Err') assert.equal(errorName(runtime, result.value), error)
      assert.equal(root(), before, 'a failed call changed the state')
    },
    nextBlock(times = 1) {
      run(() => {
        for (let i = 0; i < times; i++) {
          const { storage } = system
          const number = storage.Number.get()
          for (const { def, ctx } of runtime.bound) def.hooks?.onFinalize?.(ctx, number)
          storage.Events.remove()
          storage.EventCount.remove()
          storage.BlockWeight.remove()
          storage.Number.put(number + 1)
          for (const { def, ctx } of runtime.bound) def.hooks?.onInitialize?.(ctx, number + 1)
        }
      })
    },
    event(name) {
      const found = events().findLast((e) => `${e.type}.${e.value.type}` === name)
      assert.ok(found, `no event ${name}`)
      return found.value.value as Readonly<Record<string, unknown>>
    },
  }
}
