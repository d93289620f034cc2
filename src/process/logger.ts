import { type DestinationStream, pino } from 'pino'
import type { EventLine, FeedState, OperationLine, ReportFault } from '../server/gateway-options.ts'

export interface Logger {
  readonly operation: (line: OperationLine) => void
  readonly event: (line: EventLine) => void
  readonly feed: (state: FeedState) => void
  readonly shared: (state: 'up' | 'down') => void
  readonly traces: (state: 'up' | 'down') => void
  readonly fault: ReportFault
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export type LogFormat = 'json' | 'pretty'

/** The logger adds no fields: the code that logs chooses names, numbers and codes. */
export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  const log = pino({ level, base: null }, destination)
  return {
    operation: (line) => log.info(line, 'operation'),
    event: (line) => log.info(line, 'event'),
    feed: (state) => log[state === 'healthy' ? 'info' : 'warn']({ state }, 'feed'),
    shared: (state) => log[state === 'up' ? 'info' : 'warn']({ state }, 'shared'),
    traces: (state) => log[state === 'up' ? 'info' : 'warn']({ state }, 'traces'),
    fault: (fault) => log.error(fault, 'fault'),
  }
}

/**
 * Writes JSON lines without blocking the process, and flushes them when it exits; or pretty lines for people.
 *
 * @param format @default pretty where standard error is a terminal, JSON elsewhere
 */
export async function standardError(format: LogFormat | undefined): Promise<DestinationStream> {
  if ((format ?? formatFor(process.stderr)) === 'pretty') return prettyStream(process.stderr)
  return pino.destination({ dest: process.stderr.fd, sync: false, minLength: 4096, periodicFlush: 100 })
}

export function formatFor({ isTTY }: { readonly isTTY?: boolean }): LogFormat {
  return isTTY ? 'pretty' : 'json'
}

/** Writes one line for each operation, and the stack of a fault below its line. */
export async function prettyStream(terminal: NodeJS.WritableStream): Promise<DestinationStream> {
  // Loaded only for a terminal.
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    destination: terminal,
    sync: true,
    singleLine: true,
    ignore: 'errorId,stack',
    messageFormat: '{msg}{if stack} {errorId}\n{stack}{end}',
  })
}
