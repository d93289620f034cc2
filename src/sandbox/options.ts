import type { SandboxKey } from './http/authentication.ts'
import type { OnError } from './http/error-handler.ts'

export interface SandboxOptions extends Partial<Knobs> {
  /**
   * The address to listen on.
   * @default '127.0.0.1'
   */
  readonly host?: string
  /**
   * The port to listen on; 0 picks a free one.
   * @default 0
   */
  readonly port?: number
  /**
   * At least one. The sample rows belong to the organisation of the first key.
   * @default `pk_test_sandbox` of `org_sandbox`, which may read and write
   */
  readonly keys?: readonly SandboxKey[]
  /**
   * The number of sample rows that an empty database is filled with; 0 leaves it empty.
   * @default 500
   */
  readonly seed?: number
  /**
   * `:memory:`, or the path of a SQLite file, which the sandbox creates if it does not exist.
   * @default ':memory:'
   */
  readonly database?: string
  /**
   * Requests that each key may send in one clock hour; 0 means no quota and no quota headers.
   * @default 1000
   */
  readonly rateLimit?: number
  /**
   * Opens the control endpoint `/_faults`, which needs no key: use it only on a port that strangers cannot reach.
   * @default false
   */
  readonly faults?: boolean
  /**
   * The time for quota windows, timestamps and sample rows.
   * @default the system clock
   */
  readonly clock?: () => Date
  /**
   * Called once for each request that reaches the API, when its response is ready.
   * @default does nothing
   */
  readonly onExchange?: (exchange: SandboxExchange) => void
  /**
   * Called with each error inside the sandbox that the client sees as a 500, and with no other.
   * @default emits a process warning
   */
  readonly onError?: OnError
}

interface SandboxExchange {
  readonly method: string
  /** Path and query as the client sent them. */
  readonly target: string
  /** The HTTP status of the response; 0 if the connection closed before the client could get it. */
  readonly status: number
}

/** The behaviour that the reference leaves open. */
export interface Knobs {
  /**
   * The rows of a list: the seven fields of the reference's example, or the whole object.
   * @default 'summary'
   */
  readonly listRows: 'summary' | 'full'
  /**
   * The order of a list. Rows that tie follow by id, ascending.
   * @default 'start_asc'
   */
  readonly order: 'start_asc' | 'start_desc' | 'created_desc'
  /**
   * What happens to a `limit` or `offset` out of range: a 400, or the nearest number in range.
   * @default 'refuse'
   */
  readonly overRange: 'refuse' | 'clamp'
  /**
   * The HTTP status of `INVALID_STATE_TRANSITION`.
   * @default 409
   */
  readonly transitionStatus: 409 | 422
  /**
   * The form of new ids: `apt_123e4567-…`, or a bare UUID.
   * @default 'prefixed'
   */
  readonly ids: 'prefixed' | 'uuid'
  /**
   * The instant in the `Date` of a response: when the quota counted its request, or when the response leaves.
   * @default 'counted'
   */
  readonly date: 'counted' | 'sent'
}
