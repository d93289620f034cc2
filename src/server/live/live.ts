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
import { completeFormatFor, type StreamFormat } from '../streams/formats.ts'
import { once, type StreamSlots } from '../streams/stream-slots.ts'
import { Stream } from '../streams/streams.ts'
import type { PartSource, StreamWriter } from '../streams/writer.ts'
import { createLiveQuery, type LiveQuery, type LiveQueryOptions, type LiveSelection } from './live-query.ts'

export interface LiveOptions extends LiveQueryOptions {
  readonly identityOf: (request: Request) => Identity
  readonly operationOf: (request: Request) => Operation
  readonly slots: StreamSlots
  readonly writer: StreamWriter
  /** The interval of `beat` for each live query, in milliseconds. */
  readonly heartbeatMs: number
}

export interface LiveRequest extends Pick<LiveSelection, 'args' | 'refine'> {
  readonly request: Request
  readonly text: string
  readonly definition: OperationDefinitionNode
}

export interface Live {
  /**
   * Undefined where the query is to be answered once. Resolves with a result where it can't be live. Throws the refusals of
   * the edge.
   */
  open(query: LiveRequest): Promise<Stream | ExecutionResult> | undefined
  /** Checks the account's queries after a change that is not in the log, such as of a person or a location. */
  checkAll(account: string): void
}

/**
 * Answers queries with `@live`: immediately, and again whenever the result has changed. Clients that send the same query in
 * the same view share its runs. A client always gets the latest result: a slow one skips those in between.
 */
export function createLive(options: LiveOptions): Live {
  const { identityOf, operationOf, slots, writer, heartbeatMs } = options
  const queries = new Map<
    string,
    { readonly query: LiveQuery; readonly account: string; readonly started: Promise<void> }
  >()
  let heartbeat: NodeJS.Timeout | undefined

  function queryFor(key: string, selection: LiveSelection) {
    const existing = queries.get(key)
    if (existing !== undefined) return existing
    const query = createLiveQuery(selection, options)
    const entry = { query, account: selection.operation.account, started: query.begin() }
    queries.set(key, entry)
    heartbeat ??= setInterval(() => {
      for (const each of queries.values()) each.query.beat()
    }, heartbeatMs).unref()
    return entry
  }

  function endIfUnwatched(key: string, query: LiveQuery): void {
    if (query.isWatched()) return
    query.end()
    if (queries.get(key)?.query === query) queries.delete(key)
    if (queries.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  function partsOf(query: LiveQuery, key: string): PartSource {
    let deliveredNumber = 0
    let wake: (() => void) | undefined
    let isOver = false
    const unwatch = query.watch(() => wake?.())
    return {
      async next() {
        for (;;) {
          const version = query.latest()
          if (isOver) return { done: true, value: undefined }
          if (version !== undefined && version.number > deliveredNumber) {
            deliveredNumber = version.number
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
        endIfUnwatched(key, query)
      }),
      stopped: liveEnded,
    }
  }

  async function begin({ request, text, args, refine }: LiveRequest, format: StreamFormat) {
    const operation = operationOf(request)
    const identity = identityOf(request)
    const { expiresAt = Number.POSITIVE_INFINITY } = identity
    const releaseSlot = slots.acquire(identity)
    const { operationName, variableValues } = args
    const view = `${operation.view} ${rightsOf(operation.access)}`
    const key = JSON.stringify([view, operationName, text, variableValues])
    const { query, started } = queryFor(key, { args, operation, refine })
    // Watches from now on, so that the query does not end when its other clients disconnect.
    const parts = partsOf(query, key)
    try {
      await started
      if (slots.isClosed()) throw overloaded()
      const body = writer.write(parts, { format, expiresAt, releaseSlot }, operation)
      return new Stream(format, body)
    } catch (error) {
      parts.leave()
      releaseSlot()
      if (!(error instanceof UpstreamError)) throw error
      // The store that instances share is unreachable: the client retries, as with a busy gateway.
      if (error.code === 'OVERLOADED') throw overloaded()
      return { errors: [asGraphQLError(error)] }
    }
  }

  return {
    open(query) {
      const format = isLive(query.definition, query.args) ? completeFormatFor(query.request) : undefined
      return format && begin(query, format)
    },
    checkAll(account) {
      for (const each of queries.values()) if (each.account === account) each.query.check()
    },
  }
}

/** False where the variable of `if` is null, although the directive requires a value. */
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
