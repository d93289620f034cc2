import { getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { createNote } from '../rest/note.ts'
import type { Operation } from '../rest/pipe.ts'
import type { OperationLine } from './operation-line.ts'

interface OperationLogOptions {
  readonly operationOf: (request: Request) => Operation
  readonly now: () => number
  readonly log: (line: OperationLine) => void
}

type Draft = { -readonly [Key in 'name' | 'kind' | 'codes']: OperationLine[Key] } & {
  readonly startedAt: number
}

export function useOperationLog({ operationOf, now, log }: OperationLogOptions): Plugin {
  const drafts = createNote<Request, Draft>('line')
  return {
    onParams({ request }) {
      drafts.set(request, { name: null, kind: null, codes: [], startedAt: now() })
    },
    onExecute({ args }) {
      const draft = drafts.get(args.contextValue.request)
      const operation = getOperationAST(args.document, args.operationName)
      if (draft && operation)
        Object.assign(draft, { name: operation.name?.value ?? null, kind: operation.operation })
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
      const { startedAt, ...told } = draft
      const { exchanges: requests, remembered, joined } = ledger
      log({ requestId, ...told, durationMs: Math.round(now() - startedAt), requests, remembered, joined })
    },
  }
}
