import type { OperationDefinitionNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { createNote } from '../note.ts'

/** The one line that the gateway logs of an operation. Nothing of a patient can be in it. */
export interface OperationLine {
  readonly requestId: string
  /** The name in the document; null where it has none, or did not run. */
  readonly name: string | null
  readonly kind: 'query' | 'mutation' | 'subscription' | null
  readonly durationMs: number
  /** Upstream requests that it caused. */
  readonly requests: number
  /** Reads that the cache answered, and reads that shared the request of another operation. */
  readonly remembered: number
  readonly joined: number
  /** The codes of its errors, each once. */
  readonly codes: readonly string[]
}

interface OperationLogOptions {
  readonly operationOf: (request: Request) => Operation
  readonly definitionOf: (request: Request) => OperationDefinitionNode | undefined
  readonly now: () => number
  readonly log: (line: OperationLine) => void
}

interface Draft {
  codes: OperationLine['codes']
  readonly startedAt: number
}

export function useOperationLog({ operationOf, definitionOf, now, log }: OperationLogOptions): Plugin {
  const drafts = createNote<Request, Draft>('line')
  return {
    onParams({ request }) {
      drafts.set(request, { codes: [], startedAt: now() })
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
        durationMs: Math.round(now() - draft.startedAt),
        requests: ledger.exchanges,
        remembered: ledger.remembered,
        joined: ledger.joined,
      })
    },
  }
}
