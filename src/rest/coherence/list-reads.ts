import { LRUCache } from 'lru-cache'
import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'

/** A list that was read from its start to its end. */
export interface CompleteRead {
  readonly filter: AppointmentFilter
  readonly rows: readonly PartialAppointment[]
  /** When the first request was sent, and the last answer received, on the monotonic clock. */
  readonly requestedAt: number
  readonly receivedAt: number
  /** Whether one request read it. Between several requests a row may move to another page, so that none of them returns it. */
  readonly isOneRequest: boolean
}

/** The difference between two reads of a list. */
export interface Differences {
  readonly left: readonly string[]
  readonly entered: readonly PartialAppointment[]
  /** When the earlier read was sent, on the monotonic clock: the changes in between are later than that. */
  readonly since: number
}

export interface ListReads {
  /** Undefined for the first read of a list, and where the two reads were in flight at the same time. */
  compare(account: string, read: CompleteRead): Differences | undefined
}

interface EarlierRead extends Pick<CompleteRead, 'requestedAt' | 'receivedAt'> {
  readonly ids: ReadonlySet<string>
}

/** With a hundred rows each, some 20 MB. */
const MAX_LISTS = 2000

/** Keeps the ids of the latest complete read of each list. An id in one of two reads only has changed in between. */
export function createListReads(): ListReads {
  const lists = new LRUCache<string, EarlierRead>({ max: MAX_LISTS })
  return {
    compare(account, { filter, rows, requestedAt, receivedAt }) {
      const key = `${account} ${JSON.stringify(filter)}`
      const earlier = lists.get(key)
      if (earlier !== undefined && requestedAt < earlier.receivedAt) return undefined
      const ids = new Set(rows.map(({ id }) => id))
      lists.set(key, { ids, requestedAt, receivedAt })
      if (earlier === undefined) return undefined
      return {
        left: [...earlier.ids].filter((id) => !ids.has(id)),
        entered: rows.filter(({ id }) => !earlier.ids.has(id)),
        since: earlier.requestedAt,
      }
    },
  }
}
