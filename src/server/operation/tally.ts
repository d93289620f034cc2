/** Counts what has begun and has not ended. */
export interface Tally {
  /** Counts the work until it ends, however it ends. */
  during<Result>(work: () => Promise<Result>): Promise<Result>
  /** Resolves once nothing runs. */
  idle(): Promise<void>
}

export function createTally(): Tally {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async during(work) {
      running += 1
      try {
        return await work()
      } finally {
        running -= 1
        if (running === 0) for (const resolve of waiting.splice(0)) resolve()
      }
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
