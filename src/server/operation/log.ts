import type { OperationDefinitionNode } from 'graphql'
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
      if (draft && 'errors' in result)
        draft.codes = [...new Set(result.errors?.map(({ extensions }) => String(extensions?.code)))]
    },
    onResponse({ request }) {
      const draft = drafts.get(request)
      if (draft === undefined) return
      const { requestId, ledger } = operationOf(request)
      const definition = definitionOf(request)
      log({
        requestId,
        name: definition?.name?.value ?? null,
        kind: definition?.operation ?? null,
        codes: draft.codes,
        durationMs: Math.round(monotonic() - draft.startedAt),
        requests: ledger.exchanges,
        remembered: ledger.remembered,
        joined: ledger.joined,
      })
    },
  }
}
