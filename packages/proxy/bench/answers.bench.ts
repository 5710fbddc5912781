// How long a shared file takes to open, but for the network: five proxies answer, three shares are combined, all on one
// thread. `node bench/answers.bench.ts` prints one JSON line a measure. The aim is 100 ms for m = 3, n = 5.
import { accountKey, openShares } from '@cess/reencryption'
import { BOB, GRANT, network, requestTo } from '../test/support.ts'

const [THRESHOLD, PROXIES, ROUNDS] = [3, 5, 50]
const { proxy, capsule, made } = network({}, [THRESHOLD, PROXIES])
const services = Array.from({ length: PROXIES }, (_, n) => proxy(n).service)
for (const service of services) await service.take(GRANT)

const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1]!
const print = (name: string, ms: number): void =>
  console.log(JSON.stringify({ name, value: Number(ms.toPrecision(3)), unit: 'ms' }))

const [each, whole]: [number[], number[]] = [[], []]
for (let round = 0; round < ROUNDS; round++) {
  const requests = services.map((_, n) => requestTo(n, capsule))
  const started = performance.now()
  const first = await services[0]!.answer(requests[0]!)
  each.push(performance.now() - started)
  const rest = []
  for (let n = 1; n < PROXIES; n++) rest.push(await services[n]!.answer(requests[n]!))
  openShares({
    delegation: made.delegation,
    capsule,
    secret: accountKey(BOB).secret,
    threshold: THRESHOLD,
    commitments: made.fragments,
    shares: [first, ...rest].slice(0, THRESHOLD).map(({ share }) => share),
  })
  whole.push(performance.now() - started)
}
print('sharing: one proxy answers', median(each))
print('sharing: 5 proxies answer and 3 shares open the file, one thread', median(whole))
