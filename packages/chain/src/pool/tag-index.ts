import type { Entry, Tag } from './entry.ts'

/** Which entries name a tag. */
export interface TagIndex {
  add(tags: readonly Tag[], entry: Entry): void
  delete(tags: readonly Tag[], entry: Entry): void
  /** A copy, so that the caller may change the index meanwhile. */
  get(tag: Tag): Entry[]
}

export function createTagIndex(): TagIndex {
  const index = new Map<Tag, Set<Entry>>()
  return {
    add(tags, entry) {
      for (const tag of tags) {
        const entries = index.get(tag)
        if (entries) entries.add(entry)
        else index.set(tag, new Set([entry]))
      }
    },
    delete(tags, entry) {
      for (const tag of tags) {
        const entries = index.get(tag)
        entries?.delete(entry)
        if (entries?.size === 0) index.delete(tag)
      }
    },
    get: (tag) => [...(index.get(tag) ?? [])],
  }
}
