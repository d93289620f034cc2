import type { SignatureStyle } from '../events/signature.ts'
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
   * @default `pk_test_sandbox` of `org_sandbox`, which has every scope
   */
  readonly keys?: readonly SandboxKey[]
  /**
   * The number of sample appointments that an empty database gets, along with the people and places that they refer to; 0
   * leaves it empty.
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
   * Adds the control endpoints `/_faults` and `/_elsewhere`, which need no key: use it only on a port that no untrusted
   * client can reach.
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
   * Called after each attempt to deliver an event to a webhook.
   * @default does nothing
   */
  readonly onDelivery?: (delivery: SandboxDelivery) => void
  /**
   * Called with each error inside the sandbox: one that a client receives as a 500, or a database error during the
   * delivery of events. The failure of a webhook's receiver is not such an error.
   * @default emits a process warning
   */
  readonly onError?: OnError
}

interface SandboxExchange {
  readonly method: string
  /** Path and query as the client sent them. */
  readonly target: string
  /** The HTTP status of the response; 0 if the connection closed before the response was sent. */
  readonly status: number
}

/** One attempt to deliver an event, without the event's content. */
export interface SandboxDelivery {
  /** The id of the webhook: `wh_…`. */
  readonly webhook: string
  /** The id of the event: `evt_…`. */
  readonly event: string
  /** The number of this attempt, from 1 to 6. */
  readonly attempt: number
  /** The HTTP status of the receiver; 0 if it did not answer. */
  readonly status: number
  /** `lost` is a fault on request. After `retrying` another attempt follows. */
  readonly outcome: 'delivered' | 'retrying' | 'given_up' | 'lost'
}

/** The behaviour of webhooks that the hosted service does not document. */
export interface WebhookKnobs {
  /**
   * How deliveries are signed: `X-Webhook-Signature: t=…,v1=…`, or the bare signature in hex or base64 with an
   * `X-Webhook-Timestamp` header.
   * @default 'stripe'
   */
  readonly webhookSignature: SignatureStyle
  /**
   * Whether each attempt signs a new timestamp, or retries repeat the headers of the first attempt.
   * @default 'each'
   */
  readonly webhookResign: 'each' | 'first'
  /**
   * Whether the events of one webhook are sent in the order of the changes, one at a time, or in a random order, four at
   * a time. Either way, a retry may be sent after newer events.
   * @default 'kept'
   */
  readonly webhookOrder: 'kept' | 'shuffled'
  /**
   * The fields of `data.object` and `data.previous`: the 14 of the older documentation, the 8 of a create, or all 24.
   * @default 'fourteen'
   */
  readonly webhookObject: 'fourteen' | 'eight' | 'full'
  /**
   * Whether a change by an API key causes an event. A change by `/_elsewhere` always does.
   * @default true
   */
  readonly webhookEcho: boolean
  /**
   * The wait before the first retry, in milliseconds. It doubles with each of the five retries.
   * @default 1000
   */
  readonly webhookRetryMs: number
}

/** The behaviour that the reference does not specify. */
export interface Knobs extends WebhookKnobs {
  /**
   * The rows of a list: the seven fields of the reference's example, or the complete object.
   * @default 'summary'
   */
  readonly listRows: 'summary' | 'full'
  /**
   * The order of a list. Ties are sorted by id, ascending.
   * @default 'start_asc'
   */
  readonly order: 'start_asc' | 'start_desc' | 'created_desc'
  /**
   * The effect of a `limit` or `offset` out of range: a 400, or the nearest number in range.
   * @default 'refuse'
   */
  readonly overRange: 'refuse' | 'clamp'
  /**
   * Whether a list of clinicians, locations or templates includes inactive ones when the request has no `is_active`.
   * @default 'listed'
   */
  readonly inactive: 'listed' | 'hidden'
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
   * The instant in the `Date` of a response: when the quota counted its request, or when the response is sent.
   * @default 'counted'
   */
  readonly date: 'counted' | 'sent'
}
