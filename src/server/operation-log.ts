import { getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Operation } from '../rest/pipe.ts'

/** The one line that is logged of an operation. Nothing of a patient can be in it. */
export interface OperationLine {
  readonly requestId: string
  /** The name in the document; null where it has none, or was not understood. */
  readonly name: string | null
  readonly kind: 'query' | 'mutation' | 'subscription' | null
  readonly durationMs: number
  /** Upstream requests that it caused. */
  readonly requests: number
  /** Answers that were remembered, and exchanges of others that it shared. */
  readonly remembered: number
  readonly joined: number
  /** Of its errors, each once. */
  readonly codes: readonly string[]
}

interface OperationLogOptions {
  readonly operationOf: (request: Request) => Operation
  readonly now: () => number
  readonly log: (line: OperationLine) => void
}

type Draft = { -readonly [Key in 'name' | 'kind' | 'codes']: OperationLine[Key] } & {
  readonly startedAt: number
}

export function useOperationLog({ operationOf, now, log }: OperationLogOptions): Plugin {
  const drafts = new WeakMap<Request, Draft>()
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
