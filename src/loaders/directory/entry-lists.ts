import DataLoader from 'dataloader'
import type { EntryKind } from '../../contract/directory-fields.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import type { Window } from '../../pagination/list.ts'
import type { EntryPage } from '../../rest/directory/directory.ts'
import type { Entry } from '../../rest/directory/entry.ts'
import { type EntryFilter, entryListText } from '../../rest/directory/filter.ts'
import { afterFailure, bypassingCache } from '../../rest/pipe/pipe.ts'
import type { ListSource } from '../lists/connection.ts'
import { readWindows } from '../lists/spans.ts'
import type { EntriesOptions } from './entries.ts'

export type { EntryFilter }

/** The value of a person or a place that resolvers receive: its kind and id. */
export interface EntryRef<Kind extends EntryKind = EntryKind> {
  readonly kind: Kind
  readonly restId: string
}

export type EntryLists<Kind extends EntryKind> = ListSource<EntryFilter, Entry, EntryRef<Kind>>

interface PageKey {
  readonly filter: EntryFilter
  readonly window: Window
}

/** The identity of lists and rows of one kind. It does not depend on the operation. */
export function entryListNames<Kind extends EntryKind>(
  kind: Kind,
): Pick<EntryLists<Kind>, 'textOf' | 'stateOf' | 'nodeOf'> {
  return {
    textOf: (filter) => entryListText(kind, filter),
    stateOf: ({ fields }) =>
      JSON.stringify([fields.name, fields.lastName, fields.firstName, fields.updatedAt]),
    nodeOf: ({ id }) => ({ kind, restId: id }),
  }
}

/** `remember` receives each page, so that the fields of its rows are loaded. */
export function createEntryLists<Kind extends EntryKind>(
  kind: Kind,
  { directory, by }: EntriesOptions,
  remember: (page: EntryPage) => void,
): EntryLists<Kind> {
  const names = entryListNames(kind)
  const loader = new DataLoader<PageKey, Promise<EntryPage>, string>(async (keys) => plan(keys), {
    cacheKeyFn: ({ filter, window }) => `${window.offset}+${window.limit} ${names.textOf(filter)}`,
  })

  /** Covers the windows of one list by the fewest requests. One promise for each key, so that no read delays another. */
  function plan(keys: readonly PageKey[]): Promise<EntryPage>[] {
    const costly = keys.filter(({ filter, window }) => !directory.hasCachedList(kind, filter, window, by))
    const lists = Map.groupBy(costly, ({ filter }) => names.textOf(filter))
    const planned = new Map(
      [...lists.values()].flatMap((members) =>
        readWindows(members, PAGE_LIMIT.max, ({ filter }, window, failure) =>
          list(filter, window, failure && afterFailure(by, failure)),
        ),
      ),
    )
    return keys.map((key) => planned.get(key) ?? list(key.filter, key.window))
  }

  async function list(filter: EntryFilter, window: Window, as = by): Promise<EntryPage> {
    const page = await directory.list(kind, filter, window, as)
    remember(page)
    return page
  }

  return {
    ...names,
    read: async (filter, window) => loader.load({ filter, window }),
    readFresh: (filter, window) => list(filter, window, bypassingCache(by)),
    forget: () => void loader.clearAll(),
  }
}
