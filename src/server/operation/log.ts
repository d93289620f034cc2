import type { ExecutionResult, OperationDefinitionNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { OperationLine } from '../gateway-options.ts'
import { createNote } from '../note.ts'
import { knownCode } from '../observation/codes.ts'
import type { ReportOperation } from '../observation/report.ts'

interface OperationLogOptions {
  readonly operationOf: (request: Request) => Operation
  readonly definitionOf: (request: Request) => OperationDefinitionNode | undefined
  readonly monotonic: () => number
  readonly report: ReportOperation
  /** Gets the code of each request that is refused before anything of it runs. */
  readonly refused: (code: string) => void
}

interface Draft {
  codes: OperationLine['codes']
  readonly startedAt: number
}

/** Reports each operation of a request once it has ended, or its answer has begun to stream. */
export function useOperationLog(options: OperationLogOptions): Plugin {
  const { operationOf, definitionOf, monotonic, report, refused } = options
  const drafts = createNote<Request, Draft>('line')
  return {
    onParams({ request }) {
      drafts.set(request, { codes: [], startedAt: monotonic() })
      // It begins here, so that its span has what comes before it runs.
      operationOf(request)
    },
    onResultProcess({ request, result }) {
      if ('errors' in result && !('data' in result)) refused(knownCode(codesOf(result.errors)[0] ?? ''))
      const draft = drafts.get(request)
      if (draft === undefined) return
      if ('errors' in result) draft.codes = codesOf(result.errors)
      // An answer that is written as a stream says what is in it.
      else if ('codes' in result) draft.codes = result.codes as readonly string[]
    },
    onResponse({ request }) {
      const draft = drafts.get(request)
      if (draft === undefined || operationOf(request).ledger.isInParts) return
      report(operationOf(request), { ...draft, definition: definitionOf(request) })
    },
  }
}

/** Each code once. */
export function codesOf(errors: ExecutionResult['errors']): readonly string[] {
  return [...new Set(errors?.map(({ extensions }) => String(extensions?.code)))]
}
