import type { OperationDefinitionNode } from 'graphql'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { OperationLine } from '../gateway-options.ts'
import { knownCode } from './codes.ts'
import type { Observer, OperationReport } from './observer.ts'

export interface EndedOperation {
  /** Undefined where the request has no operation that may run. */
  readonly definition: OperationDefinitionNode | null | undefined
  /** The codes of its errors, each once. */
  readonly codes: readonly string[]
  /** On the monotonic clock. */
  readonly startedAt: number
  /** The kind of an operation that was no GraphQL request. */
  readonly as?: 'event' | 'calendar'
}

/** Reports an operation. Called once for each, when it has ended. */
export type ReportOperation = (operation: Operation, ended: EndedOperation) => void

export interface ReportOptions {
  readonly log: (line: OperationLine) => void
  readonly observer: Observer | null
  /** The operation names that may be reported. Any other name is a text of the caller. */
  readonly names: ReadonlySet<string>
  readonly monotonic: () => number
}

/** Reports an ended operation to the log and the observer, and ends its span. */
export function createReport({ log, observer, names, monotonic }: ReportOptions): ReportOperation {
  return (operation, ended) => {
    const durationMs = monotonic() - ended.startedAt
    log(lineOf(operation, ended, Math.round(durationMs)))
    const { span } = operation
    if (observer === null && span === undefined) return
    const report = reportOf(operation, ended, names, durationMs / 1000)
    observer?.operation(report)
    if (span === undefined) return
    const { kind, name, code, requests, remembered, patched, stale, joined, fused } = report
    span.end({
      name: name === null ? kind : `${kind} ${name}`,
      facts: { requests, remembered, patched, stale, joined, fused },
      code: code === OK ? undefined : code,
    })
  }
}

const OK = 'OK'

function lineOf(
  { requestId, ledger, span }: Operation,
  { definition, codes, as }: EndedOperation,
  durationMs: number,
): OperationLine {
  return {
    requestId,
    name: definition?.name?.value ?? null,
    kind: as === 'calendar' ? as : (definition?.operation ?? null),
    codes: [...new Set(codes.map(knownCode))],
    durationMs,
    requests: ledger.exchanges,
    remembered: ledger.remembered,
    joined: ledger.joined,
    stale: ledger.staleReads,
    repeated: ledger.isRepeated,
    ...(span !== undefined && { trace: span.traceId }),
  }
}

function reportOf(
  { ledger }: Operation,
  { definition, codes: [first], as }: EndedOperation,
  names: ReadonlySet<string>,
  seconds: number,
): OperationReport {
  const name = definition?.name?.value
  return {
    name: name !== undefined && names.has(name) ? name : null,
    kind: as ?? definition?.operation ?? 'none',
    code: first === undefined ? OK : knownCode(first),
    seconds,
    requests: ledger.exchanges,
    remembered: Math.max(0, ledger.remembered - ledger.staleReads - ledger.patched),
    patched: ledger.patched,
    stale: ledger.staleReads,
    joined: ledger.joined,
    fused: Math.max(0, ledger.fused),
  }
}
