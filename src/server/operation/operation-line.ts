/** The one line that is logged of an operation. Nothing of a patient can be in it. */
export interface OperationLine {
  readonly requestId: string
  /** The name in the document; null where it has none, or was not to be executed. */
  readonly name: string | null
  readonly kind: 'query' | 'mutation' | 'subscription' | null
  readonly durationMs: number
  /** Upstream requests that it caused. */
  readonly requests: number
  /** Answers that were remembered, and exchanges of others that it shared. */
  readonly remembered: number
  readonly joined: number
  /** Of its errors, each once. */
  readonly codes: readonly string[]
}
