import type { ExecutionResult, OperationDefinitionNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { OperationLine } from '../gateway-options.ts'
import { createNote } from '../note.ts'

interface OperationLogOptions {
  readonly operationOf: (request: Request) => Operation
  readonly definitionOf: (request: Request) => OperationDefinitionNode | undefined
  readonly monotonic: () => number
  readonly log: (line: OperationLine) => void
}

interface Draft {
  codes: OperationLine['codes']
  readonly startedAt: number
}

export function useOperationLog({ operationOf, definitionOf, monotonic, log }: OperationLogOptions): Plugin {
  const drafts = createNote<Request, Draft>('line')
  return {
    onParams({ request }) {
      drafts.set(request, { codes: [], startedAt: monotonic() })
    },
    onResultProcess({ request, result }) {
      const draft = drafts.get(request)
      if (draft === undefined) return
      if ('errors' in result) draft.codes = codesOf(result.errors)
      // An answer that is written as a stream says what is in it.
      else if ('codes' in result) draft.codes = result.codes as readonly string[]
    },
    onResponse({ request }) {
      const draft = drafts.get(request)
      if (draft === undefined || operationOf(request).ledger.isInParts) return
      const durationMs = Math.round(monotonic() - draft.startedAt)
      const { codes } = draft
      log(operationLine(operationOf(request), definitionOf(request), { codes, durationMs }))
    },
  }
}

/** The line of an operation: one of a request, or one of an event of a subscription. */
export function operationLine(
  { requestId, ledger }: Operation,
  definition: OperationDefinitionNode | null | undefined,
  { codes, durationMs }: Pick<OperationLine, 'codes' | 'durationMs'>,
): OperationLine {
  return {
    requestId,
    name: definition?.name?.value ?? null,
    kind: definition?.operation ?? null,
    codes,
    durationMs,
    requests: ledger.exchanges,
    remembered: ledger.remembered,
    joined: ledger.joined,
    repeated: ledger.isRepeated,
  }
}

/** Each code once. */
export function codesOf(errors: ExecutionResult['errors']): readonly string[] {
  return [...new Set(errors?.map(({ extensions }) => String(extensions?.code)))]
}
