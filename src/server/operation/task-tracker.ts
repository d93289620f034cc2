/** Counts running tasks. */
export interface TaskTracker {
  /** Runs the task, and counts it until it resolves or rejects. */
  track<Result>(task: () => Promise<Result>): Promise<Result>
  /** Resolves once no task runs. */
  idle(): Promise<void>
}

export function createTaskTracker(): TaskTracker {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async track(task) {
      running += 1
      try {
        return await task()
      } finally {
        running -= 1
        if (running === 0) for (const resolve of waiting.splice(0)) resolve()
      }
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
