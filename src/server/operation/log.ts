import type { ExecutionResult, OperationDefinitionNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { OperationLine } from '../gateway-options.ts'
import { knownCode } from '../observation/codes.ts'
import type { ReportOperation } from '../observation/report.ts'
import { createSymbolProperty } from '../symbol-property.ts'

interface OperationLogOptions {
  readonly operationOf: (request: Request) => Operation
  readonly definitionOf: (request: Request) => OperationDefinitionNode | undefined
  readonly monotonic: () => number
  readonly report: ReportOperation
  /** Called with the error code of each request that is refused before its operation runs. */
  readonly onRefusal: (code: string) => void
}

interface Draft {
  codes: OperationLine['codes']
  readonly startedAt: number
}

/** Reports the operation of each request once it has ended, or once its stream has begun. */
export function useOperationLog(options: OperationLogOptions): Plugin {
  const { operationOf, definitionOf, monotonic, report, onRefusal } = options
  const drafts = createSymbolProperty<Request, Draft>('line')
  return {
    onParams({ request }) {
      drafts.set(request, { codes: [], startedAt: monotonic() })
      // Begins the operation, so that its span includes the work before its execution.
      operationOf(request)
    },
    onResultProcess({ request, result }) {
      if ('errors' in result && !('data' in result)) onRefusal(knownCode(codesOf(result.errors)[0] ?? ''))
      const draft = drafts.get(request)
      if (draft === undefined) return
      if ('errors' in result) draft.codes = codesOf(result.errors)
      // A `Stream` states the codes of its first result.
      else if ('codes' in result) draft.codes = result.codes as readonly string[]
    },
    onResponse({ request }) {
      const draft = drafts.get(request)
      if (draft === undefined || operationOf(request).ledger.isInParts) return
      report(operationOf(request), { ...draft, definition: definitionOf(request) })
    },
  }
}

/** The codes of the errors, each once. */
export function codesOf(errors: ExecutionResult['errors']): readonly string[] {
  return [...new Set(errors?.map(({ extensions }) => String(extensions?.code)))]
}
