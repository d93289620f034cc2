import { type DestinationStream, pino } from 'pino'
import pretty from 'pino-pretty'
import type { ReportFault } from './errors.ts'
import type { OperationLine } from './operation-line.ts'

export interface Logger {
  readonly operation: (line: OperationLine) => void
  readonly fault: ReportFault
  readonly note: (message: string) => void
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** JSON lines, or words for people in a terminal. What is logged is chosen where it is made: names, numbers and codes. */
export function createLogger(
  level: LogLevel,
  destination: DestinationStream & { readonly isTTY?: boolean },
): Logger {
  const stream = destination.isTTY
    ? pretty({ destination: destination as NodeJS.WritableStream, sync: true })
    : destination
  const log = pino({ level, base: null }, stream)
  return {
    operation: (line) => log.info(line, 'operation'),
    fault: (fault) => log.error(fault, 'fault'),
    note: (message) => log.warn(message),
  }
}
