import type { AppointmentFields, AppointmentFilter } from '../../contract/field-names.ts'

/** The part of a list that a request reads. */
export interface Window {
  readonly offset: number
  readonly limit: number
}

/** A request to the upstream. */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Relative to the base URL, each segment encoded. */
  readonly path: string
  /** Encoded, without the question mark. */
  readonly query?: string
  /** Of a list: the conditions in `query`. */
  readonly filter?: AppointmentFilter
  /** Of a list: the part in `query`. */
  readonly window?: Window
  /** Of a create: the fields in `body`. */
  readonly creates?: Partial<AppointmentFields>
  /** Of a read: how long a cached answer is fresh, in milliseconds; 0 = not cached. @default the cache decides */
  readonly lifetimeMs?: number
  /** Of a read: the answer is the same for every caller of the account, narrowed or not. */
  readonly isForAll?: boolean
  readonly body?: unknown
  readonly idempotencyKey?: string
}
