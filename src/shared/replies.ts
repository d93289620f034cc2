import type { AppointmentDiff } from './epochs.ts'

/** Identifies an answer of the upstream. */
export interface ReplyName {
  readonly account: string
  /** The path of the REST API that was read: the scope of the answer's epoch. */
  readonly scope: string
  /** The request, and the view of the caller. */
  readonly text: string
  /** The answer is encrypted with a key that is derived from the credential, so that only its holders can read it. */
  readonly credential: string
}

export interface KeptReply {
  /** A JSON value. */
  readonly value: unknown
  /** When the request was sent to the upstream, in milliseconds since the epoch. */
  readonly requestedAt: number
}

/** Answers of the upstream that instances share, so that one request to the upstream serves all of them. */
export interface Replies {
  /** Whether other instances read them. */
  readonly areShared: boolean
  /** The scope's shared epoch that the last `refresh` read. Undefined while nothing is shared. */
  epochOf(account: string, scope: string): string | undefined
  /**
   * A stored answer and the changes since its epoch, oldest first, as of the last `refresh`. Undefined where there is no usable
   * answer.
   */
  find(name: ReplyName): Promise<(KeptReply & { readonly changes: readonly AppointmentDiff[] }) | undefined>
  /** `epoch` is the scope's epoch before the request was sent. Returns before the answer is stored. */
  keep(name: ReplyName, reply: KeptReply & { readonly epoch: string }, lifeMs: number): void
}

/** For a gateway of one instance. */
export const NO_REPLIES: Replies = {
  areShared: false,
  epochOf: () => undefined,
  find: async () => undefined,
  keep() {},
}
