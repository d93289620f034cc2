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
   * The number of sample appointments that an empty database is filled with, along with the people and places that they
   * name; 0 leaves it empty.
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
   * Opens the control endpoints `/_faults` and `/_elsewhere`, which need no key: use it only on a port that strangers
   * cannot reach.
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
   * Called after each try of a delivery to a webhook.
   * @default does nothing
   */
  readonly onDelivery?: (delivery: SandboxDelivery) => void
  /**
   * Called with each error inside the sandbox: one that a client sees as a 500, or a fault of its database while it
   * delivers events. A receiver that fails is no such error.
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

/** One try. It says nothing of the event's content. */
export interface SandboxDelivery {
  /** The id of the webhook: `wh_…`. */
  readonly webhook: string
  /** The id of the event: `evt_…`. */
  readonly event: string
  /** 1 for the first try, 6 for the last. */
  readonly attempt: number
  /** The HTTP status of the receiver; 0 if it gave no answer. */
  readonly status: number
  /** `lost` is a fault that was asked for. After `retrying` another try follows. */
  readonly outcome: 'delivered' | 'retrying' | 'given_up' | 'lost'
}

/** What the hosted service leaves open of its webhooks. */
export interface WebhookKnobs {
  /**
   * How deliveries are signed: `X-Webhook-Signature: t=…,v1=…`, or the bare signature in hex or base64 with an
   * `X-Webhook-Timestamp` header.
   * @default 'stripe'
   */
  readonly webhookSignature: SignatureStyle
  /**
   * Whether each try signs a new timestamp, or retries repeat the headers of the first one.
   * @default 'each'
   */
  readonly webhookResign: 'each' | 'first'
  /**
   * Whether the events of one webhook go out in the order of the changes, one at a time, or in another one, four at a
   * time. A retry comes after newer events in both.
   * @default 'kept'
   */
  readonly webhookOrder: 'kept' | 'shuffled'
  /**
   * The fields of `data.object` and `data.previous`: the fourteen of the older documentation, the eight of a create, or
   * all 24.
   * @default 'fourteen'
   */
  readonly webhookObject: 'fourteen' | 'eight' | 'full'
  /**
   * Whether a change by an API key causes an event. One by `/_elsewhere` always does.
   * @default true
   */
  readonly webhookEcho: boolean
  /**
   * The wait before the first retry, in milliseconds. It doubles with each of the five.
   * @default 1000
   */
  readonly webhookRetryMs: number
}

/** The behaviour that the reference leaves open. */
export interface Knobs extends WebhookKnobs {
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
   * Whether a list of clinicians, locations or templates without `is_active` has the inactive ones.
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
   * The instant in the `Date` of a response: when the quota counted its request, or when the response leaves.
   * @default 'counted'
   */
  readonly date: 'counted' | 'sent'
}
