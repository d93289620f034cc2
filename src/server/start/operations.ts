import type { OperationLine } from '../gateway-options.ts'

/** An operation of before: its name and what it cost, and nothing of what it asked for or was answered. */
export interface PastOperation extends Omit<OperationLine, 'requestId'> {
  /** RFC 3339: when it ended. */
  readonly at: string
}

/** What all operations since the start have cost. */
export interface Totals {
  readonly operations: number
  /** Upstream requests. */
  readonly sent: number
  /** Reads that needed none: remembered, or shared with others. */
  readonly saved: number
}

export interface OperationHistory {
  readonly note: (line: OperationLine) => void
  /** The latest first. */
  readonly latest: () => readonly PastOperation[]
  readonly totals: () => Totals
}

const LATEST = 20

/** Keeps the last operations, for the start page. */
export function createOperationHistory(now: () => number): OperationHistory {
  const latest: PastOperation[] = []
  const totals = { operations: 0, sent: 0, saved: 0 }
  return {
    note({ requestId: _, ...line }) {
      totals.operations += 1
      totals.sent += line.requests
      totals.saved += line.remembered + line.joined
      latest.unshift({ ...line, at: new Date(now()).toISOString() })
      latest.length = Math.min(latest.length, LATEST)
    },
    latest: () => latest,
    totals: () => totals,
  }
}
