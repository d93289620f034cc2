import { faultOf } from '../server/errors.ts'
import type { ReportFault } from '../server/gateway-options.ts'

/** A service that runs until a signal stops it. */
export interface RunningService extends Stoppable {
  readonly greeting: string
}

export interface Stoppable {
  /** How long a load balancer may take to notice that the process stops, in milliseconds. */
  readonly drainMs: number
  /** Signals to clients and load balancers that the process stops. Requests that still arrive are served. */
  prepareToStop(): void
  /** Stops accepting requests, and waits for the pending ones. */
  stop(): Promise<void>
  readonly reportFault: ReportFault
}

/** How long the process goes on after a failed stop, so that the last log lines are written. */
const FAILED_STOP_MS = 1_000

/**
 * SIGTERM stops the process after `drainMs`, the time that a load balancer needs to notice. SIGINT, which a person sends,
 * stops the process immediately, or ends that wait. A repeated signal is ignored, because npm and a supervisor may each send
 * the same one.
 *
 * An uncaught error stops the process too, because the state may be inconsistent: the process reports the error and exits
 * with 1, so that its supervisor starts a new one. Further errors are reported, and do not interrupt the stop. Where the
 * stop itself fails, the process exits although resources are still open.
 */
export function stopOnSignals({ drainMs, prepareToStop, stop, reportFault }: Stoppable): void {
  const { promise: isDrained, resolve: endDrain } = Promise.withResolvers<void>()
  let isStopping = false

  async function begin(): Promise<void> {
    if (isStopping) return
    isStopping = true
    try {
      prepareToStop()
      const timer = setTimeout(endDrain, drainMs)
      await isDrained
      clearTimeout(timer)
      await stop()
    } catch (fault) {
      for (const each of faultsIn(fault)) report(each)
      setTimeout(() => process.exit(), FAILED_STOP_MS).unref()
    }
  }

  function report(fault: unknown): void {
    reportFault(faultOf(fault))
    process.exitCode = 1
  }

  process.on('SIGTERM', begin)
  process.on('SIGINT', () => {
    endDrain()
    void begin()
  })
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (fault: unknown) => {
      report(fault)
      endDrain()
      void begin()
    })
}

/** The faults of a failed stop: several where several resources could not be closed. */
function faultsIn(fault: unknown): readonly unknown[] {
  return fault instanceof SuppressedError ? [...faultsIn(fault.suppressed), fault.error] : [fault]
}
