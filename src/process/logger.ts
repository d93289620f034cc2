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

/** The rooms that log choose names, numbers and codes; the logger adds nothing to them. */
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
 * JSON lines, written without blocking the process and flushed when it ends; or words for people.
 *
 * @param format @default words where standard error is a terminal, JSON elsewhere
 */
export async function standardError(format: LogFormat | undefined): Promise<DestinationStream> {
  if ((format ?? formatFor(process.stderr)) === 'pretty') return inWords(process.stderr)
  return pino.destination({ dest: process.stderr.fd, sync: false, minLength: 4096, periodicFlush: 100 })
}

export function formatFor({ isTTY }: { readonly isTTY?: boolean }): LogFormat {
  return isTTY ? 'pretty' : 'json'
}

/** One line for each operation; the stack of a fault stands below its line. */
export async function inWords(terminal: NodeJS.WritableStream): Promise<DestinationStream> {
  // Loaded only where somebody reads along.
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    destination: terminal,
    sync: true,
    singleLine: true,
    ignore: 'errorId,stack',
    messageFormat: '{msg}{if stack} {errorId}\n{stack}{end}',
  })
}
