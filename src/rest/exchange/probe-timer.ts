const FIRST_PROBE_MS = 60_000
const LATEST_PROBE_MS = 960_000

/**
 * When to probe a lock: after a minute, and after twice as long each time that a probe confirms it. So a lock that a wrong
 * response caused ends soon, and one that is right costs a few requests an hour.
 */
export function createProbeTimer() {
  let confirmed = 0
  return {
    /** @param isLocked whether the latest response confirms the lock */
    note(isLocked: boolean): void {
      confirmed = isLocked ? confirmed + 1 : 0
    },
    nextAfter: (confirmedAt: number): number =>
      confirmedAt + Math.min(FIRST_PROBE_MS * 2 ** Math.max(0, confirmed - 1), LATEST_PROBE_MS),
  }
}
