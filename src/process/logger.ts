import { type DestinationStream, pino } from 'pino'
import type { ReportFault } from '../server/errors.ts'
import type { OperationLine } from '../server/operation/operation-line.ts'

export interface Logger {
  readonly operation: (line: OperationLine) => void
  readonly fault: ReportFault
  readonly note: (message: string) => void
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** JSON lines, or words for people in a terminal. What is logged is chosen where it is made: names, numbers and codes. */
export async function createLogger(
  level: LogLevel,
  destination: DestinationStream & { readonly isTTY?: boolean },
): Promise<Logger> {
  const stream = destination.isTTY ? await inWords(destination) : destination
  const log = pino({ level, base: null }, stream)
  return {
    operation: (line) => log.info(line, 'operation'),
    fault: (fault) => log.error(fault, 'fault'),
    note: (message) => log.warn(message),
  }
}

/** Loaded only where somebody reads along. */
async function inWords(destination: DestinationStream): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({ destination: destination as unknown as NodeJS.WritableStream, sync: true })
}
