import type { AppointmentFields, AppointmentFilter } from '../../contract/field-names.ts'

/** The part of a list that a request asks for. */
export interface Window {
  readonly offset: number
  readonly limit: number
}

/** What the gateway asks the upstream. */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Below the base URL, each segment encoded. */
  readonly path: string
  /** Encoded, without the question mark. */
  readonly query?: string
  /** Of a list: the conditions in `query`. */
  readonly filter?: AppointmentFilter
  /** Of a list: the part in `query`. */
  readonly window?: Window
  /** Of a create: the fields in `body`. */
  readonly creates?: Partial<AppointmentFields>
  /** Of a read: how long its answer may be given again, in milliseconds; 0 = never. Without it the cache decides. */
  readonly lifetimeMs?: number
  /** Of a read: its answer is the same for every caller of the account, whatever narrows them. */
  readonly isForAll?: boolean
  readonly body?: unknown
  readonly idempotencyKey?: string
}
