import type { AppointmentDiff } from './epochs.ts'

/** Which answer of the upstream it is. */
export interface ReplyName {
  readonly account: string
  /** The path of the REST API that was read: the scope of its epoch. */
  readonly scope: string
  /** What was asked, and in whose view. */
  readonly text: string
  /** Whoever knows it may read the answer: it is sealed by it. */
  readonly credential: string
}

export interface KeptReply {
  /** As JSON has it. */
  readonly value: unknown
  /** When the upstream was asked, in milliseconds since the epoch. */
  readonly requestedAt: number
}

/** Answers of the upstream that instances give each other, so that each is asked for once. */
export interface Replies {
  /** Whether anybody else finds them. */
  readonly areShared: boolean
  /** The epoch of the scope as all instances name it, as of the last `refresh`. Undefined while nothing is shared. */
  epochOf(account: string, scope: string): string | undefined
  /**
   * The answer, and what has changed since it was true, oldest first, as of the last `refresh`. Undefined where there is none
   * of use.
   */
  find(name: ReplyName): Promise<(KeptReply & { readonly changes: readonly AppointmentDiff[] }) | undefined>
  /** `epoch` is the one of before the upstream was asked. Waits for nothing. */
  keep(name: ReplyName, reply: KeptReply & { readonly epoch: string }, lifeMs: number): void
}

/** One instance alone has nobody to give them to. */
export const NO_REPLIES: Replies = {
  areShared: false,
  epochOf: () => undefined,
  find: async () => undefined,
  keep() {},
}
