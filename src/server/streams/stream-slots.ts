import type { Identity } from '../identity/identity.ts'
import type { Limits } from '../limits/limits.ts'
import { limitExceeded, overloaded } from '../refusals.ts'

/** Counts the open streams, of each caller and of all callers together. */
export interface StreamSlots {
  /** Takes a slot and returns the function that releases it. Call it before the stream waits for anything. */
  acquire(identity: Pick<Identity, 'caller' | 'isEverybody'>): () => void
  /** Refuses every stream from now on. */
  close(): void
  readonly isClosed: () => boolean
  /** The number of open streams. */
  readonly count: () => number
}

export function createStreamSlots(
  limits: Pick<Limits, 'MAX_STREAMS' | 'MAX_STREAMS_OF_CALLER'>,
): StreamSlots {
  const streamsOf = new Map<string, number>()
  let count = 0
  let isClosed = false
  return {
    acquire({ caller, isEverybody = false }) {
      if (isClosed || count >= limits.MAX_STREAMS) throw overloaded()
      const ofCaller = streamsOf.get(caller) ?? 0
      const max = limits.MAX_STREAMS_OF_CALLER
      if (ofCaller >= max && !isEverybody)
        throw limitExceeded(
          'MAX_STREAMS_OF_CALLER',
          max,
          `More streams of this caller are open than ${max}: end one of them.`,
          { status: 429 },
        )
      streamsOf.set(caller, ofCaller + 1)
      count += 1
      return once(() => {
        count -= 1
        const remaining = (streamsOf.get(caller) ?? 1) - 1
        if (remaining === 0) streamsOf.delete(caller)
        else streamsOf.set(caller, remaining)
      })
    },
    close() {
      isClosed = true
    },
    isClosed: () => isClosed,
    count: () => count,
  }
}

export function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    act()
  }
}
