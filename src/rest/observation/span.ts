/**
 * A span of a trace: something that takes time, and what is begun within it. It rides on the operation. Nothing of a
 * patient may be in it: no id, no query string, no text of a caller.
 */
export interface Span {
  /** Begins a span within this one. */
  begin(name: string): Span
  end(ended: EndedSpan): void
  /** Of the trace that it is part of: 32 hexadecimal digits. */
  readonly traceId: string
  /** What tells another server of the trace, as HTTP headers; none where it is not to know. */
  readonly headers: Readonly<Record<string, string>>
}

export interface EndedSpan {
  /** @default the name that it was begun with */
  readonly name?: string
  /** Counts, and words that the gateway chooses. What is undefined is left out. */
  readonly facts: Readonly<Record<string, string | number | undefined>>
  /** The code of the error that it ended with, or what takes its place: a word of the gateway's own. */
  readonly code?: string | undefined
}
