import { LRUCache } from 'lru-cache'
import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'

/** A list that was read from its start to its end. */
export interface WholeRead {
  readonly filter: AppointmentFilter
  readonly shown: readonly PartialAppointment[]
  /** When it was asked for, and when it was answered, on the monotonic clock. */
  readonly askedAt: number
  readonly seenAt: number
  /** By one request. Between several, rows may slip from one page into another, and be seen in none. */
  readonly isAtOnce: boolean
}

/** How a list differs from what it was when it was last read. */
export interface Differences {
  readonly gone: readonly string[]
  readonly come: readonly PartialAppointment[]
  /** When it was asked for before, on the monotonic clock: the changes in between are later than that. */
  readonly since: number
}

export interface Windows {
  /** Undefined where nothing can be said: it was not read before, or the two reads were on their way together. */
  compare(account: string, read: WholeRead): Differences | undefined
}

interface EarlierRead extends Pick<WholeRead, 'askedAt' | 'seenAt'> {
  readonly ids: ReadonlySet<string>
}

/** With a hundred rows each, some 20 MB. */
const MAX_LISTS = 2000

/** Which appointments each list showed when it was last read whole: what only one of two reads shows has changed in between. */
export function createWindows(): Windows {
  const lists = new LRUCache<string, EarlierRead>({ max: MAX_LISTS })
  return {
    compare(account, { filter, shown, askedAt, seenAt }) {
      const key = `${account} ${JSON.stringify(filter)}`
      const earlier = lists.get(key)
      if (earlier !== undefined && askedAt < earlier.seenAt) return undefined
      const ids = new Set(shown.map(({ id }) => id))
      lists.set(key, { ids, askedAt, seenAt })
      if (earlier === undefined) return undefined
      return {
        gone: [...earlier.ids].filter((id) => !ids.has(id)),
        come: shown.filter(({ id }) => !earlier.ids.has(id)),
        since: earlier.askedAt,
      }
    },
  }
}
