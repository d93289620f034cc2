import { faultOf } from '../server/errors.ts'
import type { ReportFault } from '../server/gateway-options.ts'

/** What serves until it is told to stop. */
export interface Running extends Stoppable {
  readonly greeting: string
}

export interface Stoppable {
  /** How long a load balancer may take to see that the process stops. */
  readonly drainMs: number
  /** Tells clients and load balancers to go elsewhere. What comes all the same is served. */
  prepareToStop(): void
  /** Finishes what runs. Nothing new begins. */
  stop(): Promise<void>
  readonly reportFault: ReportFault
}

/** How long a process may go on whose stop has failed: what the last lines of the log need. */
const FAILED_STOP_MS = 1_000

/**
 * SIGTERM stops the process, `drainMs` after it has said so: a load balancer needs that long to see it. SIGINT comes from
 * a person and stops it at once, or ends that wait. A signal that comes again changes nothing, because npm and a
 * supervisor may each send the same one.
 *
 * So does an error that nobody caught, which leaves something half done: the process reports it and ends with 1, so that
 * its supervisor starts a new one. Those that follow are reported as well, and cut nothing. Where the stop itself fails,
 * what is still open holds up the process no longer.
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

/** Several, where several parts could not be closed. */
function faultsIn(fault: unknown): readonly unknown[] {
  return fault instanceof SuppressedError ? [...faultsIn(fault.suppressed), fault.error] : [fault]
}
