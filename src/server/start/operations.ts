import type { OperationLine } from '../gateway-options.ts'

/** An operation that has ended: its name and its cost, without its variables and its answer. */
export interface PastOperation extends Omit<OperationLine, 'requestId'> {
  /** RFC 3339: when it ended. */
  readonly at: string
}

/** The cost of all operations since the start of the process. */
export interface Totals {
  readonly operations: number
  /** Upstream requests. */
  readonly sent: number
  /** Reads that needed no upstream request: cached, or shared with others. */
  readonly saved: number
}

export interface OperationHistory {
  readonly add: (line: OperationLine) => void
  /** The latest operations, the latest first. */
  readonly latest: () => readonly PastOperation[]
  readonly totals: () => Totals
}

const MAX_LATEST = 20

/** Keeps the latest operations, for the start page. */
export function createOperationHistory(now: () => number): OperationHistory {
  const latest: PastOperation[] = []
  const totals = { operations: 0, sent: 0, saved: 0 }
  return {
    add({ requestId: _, ...line }) {
      totals.operations += 1
      totals.sent += line.requests
      totals.saved += line.remembered + line.joined
      latest.unshift({ ...line, at: new Date(now()).toISOString() })
      latest.length = Math.min(latest.length, MAX_LATEST)
    },
    latest: () => latest,
    totals: () => totals,
  }
}
