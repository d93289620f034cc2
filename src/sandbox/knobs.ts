/** What the hosted service's documentation leaves open. The first value of each is the default. */
export interface Knobs {
  /** Whether list rows are the seven fields of the reference's example or the whole object. */
  readonly listRows: 'summary' | 'full'
  /** The order of the list; rows that tie follow by id, ascending. */
  readonly order: 'start_asc' | 'start_desc' | 'created_desc'
  /** Whether a `limit` or `offset` out of range is refused with 400 or moved to the nearest allowed number. */
  readonly overRange: 'refuse' | 'clamp'
  /** The HTTP status of `INVALID_STATE_TRANSITION`. */
  readonly transitionStatus: 409 | 422
  /** `apt_123e4567-…` or `123e4567-…`. */
  readonly ids: 'prefixed' | 'uuid'
}
