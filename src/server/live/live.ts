import {
  type ExecutionArgs,
  type ExecutionResult,
  getDirectiveValues,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import { rightsOf } from '../../rest/access.ts'
import { liveEnded, UpstreamError } from '../../rest/errors.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { liveDirective } from '../../schema/directives.ts'
import { asGraphQLError } from '../errors.ts'
import type { Identity } from '../identity/identity.ts'
import { overloaded } from '../refusals.ts'
import { type StreamFormat, wholeFormatFor } from '../streams/formats.ts'
import { once, type Places } from '../streams/places.ts'
import { Stream } from '../streams/streams.ts'
import type { PartSource, StreamWriter } from '../streams/writer.ts'
import { createLiveQuery, type LiveQuery, type LiveQueryOptions, type LiveSelection } from './live-query.ts'

export interface LiveOptions extends LiveQueryOptions {
  readonly identityOf: (request: Request) => Identity
  readonly operationOf: (request: Request) => Operation
  readonly places: Places
  readonly writer: StreamWriter
  /** How often live queries are looked after, in milliseconds. */
  readonly heartbeatMs: number
}

export interface LiveRequest extends Pick<LiveSelection, 'args' | 'refine'> {
  readonly request: Request
  readonly text: string
  readonly definition: OperationDefinitionNode
}

export interface Live {
  /** Undefined where the query is answered once. A result where it can't be live. Throws the refusals of the edge. */
  open(query: LiveRequest): Promise<Stream | ExecutionResult> | undefined
  /** Something has changed that the log does not tell of: a person or a place. */
  checkAll(account: string): void
}

/**
 * Answers queries with `@live`: once, and again whenever the answer has changed. All who ask the same in one view share one
 * run. Each of them gets the latest answer as soon as it reads it, and none of those that it was too slow for.
 */
export function createLive(options: LiveOptions): Live {
  const { identityOf, operationOf, places, writer, heartbeatMs } = options
  const queries = new Map<
    string,
    { readonly query: LiveQuery; readonly account: string; begun: Promise<void> }
  >()
  let heartbeat: NodeJS.Timeout | undefined

  function shared(key: string, selection: LiveSelection) {
    const known = queries.get(key)
    if (known !== undefined) return known
    const query = createLiveQuery(selection, options)
    const entry = { query, account: selection.by.account, begun: query.begin() }
    queries.set(key, entry)
    heartbeat ??= setInterval(() => {
      for (const each of queries.values()) each.query.beat()
    }, heartbeatMs).unref()
    return entry
  }

  function leave(key: string, query: LiveQuery): void {
    if (query.isWatched()) return
    query.end()
    if (queries.get(key)?.query === query) queries.delete(key)
    if (queries.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  function partsOf(query: LiveQuery, key: string): PartSource {
    let seen = 0
    let wake: (() => void) | undefined
    let isOver = false
    const unwatch = query.watch(() => wake?.())
    return {
      async next() {
        for (;;) {
          const version = query.latest()
          if (isOver) return { done: true, value: undefined }
          if (version !== undefined && version.number > seen) {
            seen = version.number
            return { done: false, value: version.part }
          }
          const { promise, resolve } = Promise.withResolvers<void>()
          wake = resolve
          await promise
        }
      },
      leave: once(() => {
        isOver = true
        unwatch()
        wake?.()
        leave(key, query)
      }),
      stopped: liveEnded,
    }
  }

  async function begin({ request, text, args, refine }: LiveRequest, format: StreamFormat) {
    const by = operationOf(request)
    const identity = identityOf(request)
    const { expiresAt = Number.POSITIVE_INFINITY } = identity
    const giveBack = places.take(identity)
    const { operationName, variableValues } = args
    const view = `${by.view} ${rightsOf(by.access)}`
    const key = JSON.stringify([view, operationName, text, variableValues])
    const { query, begun } = shared(key, { args, by, refine })
    // Counts as one who watches, so that nobody else who leaves ends the query.
    const parts = partsOf(query, key)
    try {
      await begun
      if (places.isClosed()) throw overloaded()
      const body = writer.write(parts, { format, expiresAt, leave: giveBack }, by)
      return new Stream(format, body)
    } catch (error) {
      parts.leave()
      giveBack()
      if (!(error instanceof UpstreamError)) throw error
      // What instances share is away for a moment: the client comes again, as to a gateway that is busy.
      if (error.code === 'OVERLOADED') throw overloaded()
      return { errors: [asGraphQLError(error)] }
    }
  }

  return {
    open(query) {
      const format = isLive(query.definition, query.args) ? wholeFormatFor(query.request) : undefined
      return format && begin(query, format)
    },
    checkAll(account) {
      for (const each of queries.values()) if (each.account === account) each.query.check()
    },
  }
}

/** A variable may be null where the directive wants a value: then the query is answered once, and says so. */
function isLive(
  definition: OperationDefinitionNode,
  { schema, variableValues }: Pick<ExecutionArgs, 'schema' | 'variableValues'>,
): boolean {
  const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], variableValues ?? {})
  if (coerced === undefined) return false
  try {
    return getDirectiveValues(liveDirective, definition, coerced)?.if === true
  } catch {
    return false
  }
}
