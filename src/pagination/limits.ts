export interface Limits {
  /** The most rows a client may ask for. */
  readonly maxPageSize: number
  /** The most rows the upstream gives at once; at least two. */
  readonly maxWindow: number
}

export const DEFAULT_LIMITS: Limits = { maxPageSize: 500, maxWindow: 100 }
