import type { ReportFault } from './errors.ts'
import type { TokenOptions } from './identity/token-options.ts'
import type { Limits } from './limits/limits.ts'
import type { OperationLine } from './operation/operation-line.ts'

export interface GatewayOptions {
  /** Base URL of the Appointments API. */
  readonly url: string
  /** The gateway's own key; null = the caller's `Authorization` header goes upstream. */
  readonly key?: string | null
  /** How callers prove who they are where the gateway has a key of its own; null = they need not. */
  readonly tokens?: TokenOptions | null
  /** Answers only what was addressed to this machine by its own names. */
  readonly loopbackOnly?: boolean
  /** Shows GraphiQL and the schema, unless told otherwise, and what each answer cost upstream. */
  readonly development?: boolean
  readonly graphiql?: boolean
  /** Says that the upstream's rows are there to be played with: GraphiQL's tour is filled in with them. */
  readonly sampleData?: boolean
  /** The path of the one route: another one where the gateway is mounted elsewhere. */
  readonly endpoint?: string
  readonly introspection?: boolean
  /** The origins whose pages may read answers. */
  readonly corsOrigins?: readonly string[]
  readonly limits?: Partial<Limits>
  /** Documents by their hash. */
  readonly trustedDocuments?: ReadonlyMap<string, string>
  /** Refuses every document that is not trusted. */
  readonly trustedDocumentsOnly?: boolean
  /** Each upstream attempt, in milliseconds. */
  readonly upstreamTimeoutMs?: number
  /** Everything one operation does, in milliseconds. */
  readonly operationTimeoutMs?: number
  /** The most that `first` and `last` may ask for. */
  readonly maxPageSize?: number
  /** The most upstream requests that one operation may cause. */
  readonly maxUpstreamRequests?: number
  /** How long an answer may be given again; 0 = never. */
  readonly cacheTtlSeconds?: number
  /** How much longer it may be given where the quota is spent; 0 = never. */
  readonly staleIfLimitedSeconds?: number
  /** The part of the quota that reads leave for writes. */
  readonly writeReservePercent?: number
  /** Over how much lag new operations are refused, and how it is measured, in milliseconds; never where not told. */
  readonly maxLagMs?: number
  readonly lagMs?: () => number
  readonly now?: () => number
  readonly reportFault?: ReportFault
  readonly logOperation?: (line: OperationLine) => void
}
