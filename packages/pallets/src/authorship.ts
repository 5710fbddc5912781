import type { AccountId } from '@cess/bytes'
import { definePallet, type Provides, value, weigh } from '@cess/frame'
import { accountId32 } from '@cess/primitives'

/** Who can tell the author of the block from its digest. */
export interface FindAuthor {
  findAuthor(): AccountId | undefined
}

/** The account behind each block (pallet_authorship). */
export const authorship = (config: { readonly find: Provides<FindAuthor> }) =>
  definePallet({
    name: 'Authorship',
    index: 4,
    crate: 'pallet_authorship',
    storage: { Author: value(accountId32, { docs: 'Author of this block.' }) },
    events: {},
    errors: {},
    api: ({ storage, use }) => ({
      author: (): AccountId | undefined => storage.Author.get() ?? use(config.find).findAuthor(),
    }),
    hooks: {
      onInitialize({ storage, use }) {
        const author = use(config.find).findAuthor()
        if (author) storage.Author.put(author)
        return weigh(5, 2, 1)
      },
      onFinalize({ storage }) {
        storage.Author.remove()
        return undefined
      },
    },
    calls: {},
  })
export type AuthorshipApi = NonNullable<ReturnType<typeof authorship>['provided']>
