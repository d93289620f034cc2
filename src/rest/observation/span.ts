/**
 * A span of a trace, passed along with the operation. It must contain no data of a patient: no id, no query string, no text of
 * a caller.
 */
export interface Span {
  /** Begins a child span. */
  begin(name: string): Span
  end(ended: EndedSpan): void
  /** The id of the trace: 32 hexadecimal digits. */
  readonly traceId: string
  /** HTTP headers that propagate the trace to the upstream; empty where it must not be propagated. */
  readonly headers: Readonly<Record<string, string>>
}

export interface EndedSpan {
  /** @default the name from `begin` */
  readonly name?: string
  /** The attributes: counts, and words that the gateway chooses. Undefined values are left out. */
  readonly facts: Readonly<Record<string, string | number | undefined>>
  /** The code of the error that ended it, or another word of the gateway's own in its place. */
  readonly code?: string | undefined
}
