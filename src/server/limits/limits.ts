/** The limits of requests. The names are those of the environment variables and of `extensions.limit.name`. */
export const LIMITS = {
  MAX_BODY_BYTES: 1_000_000,
  MAX_VARIABLES_BYTES: 100_000,
  MAX_TOKENS: 5000,
  MAX_DEPTH: 12,
  MAX_ALIASES: 100,
  MAX_ROOT_FIELDS: 100,
  MAX_DIRECTIVES: 200,
  MAX_DEFERS: 20,
  MAX_NODE_IDS: 100,
  MAX_CONCURRENT_OPERATIONS: 100,
  /** Of all callers together; above it the error is `OVERLOADED`. */
  MAX_OPERATIONS: 1000,
  /** Open streams of all callers together; above it the error is `OVERLOADED`. */
  MAX_STREAMS: 1000,
  MAX_STREAMS_OF_CALLER: 20,
} as const satisfies Record<string, number>

export type LimitName = keyof typeof LIMITS
export type Limits = Readonly<Record<LimitName, number>>
