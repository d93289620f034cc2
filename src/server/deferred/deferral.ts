import { Readable } from 'node:stream'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import { execute } from '../../execution/index.ts'
import { createAbortable } from '../../rest/ending.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Context } from '../../schema/context.ts'
import type { AddCost } from '../cost/cost.ts'
import { faultOf, wordResult } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import { acceptsJson } from '../http/accept.ts'
import type { Identity } from '../identity/identity.ts'
import type { ReportOperation } from '../observation/report.ts'
import { codesOf } from '../operation/log.ts'
import { plainErrors } from '../streams/event-results.ts'
import { incrementalFormatFor, type StreamFormat } from '../streams/formats.ts'
import type { StreamSlots } from '../streams/stream-slots.ts'
import { Stream } from '../streams/streams.ts'
import { activeDefers, countGroups } from './document.ts'
import { mergePart, type Part } from './merge.ts'

export interface DeferralOptions {
  readonly identityOf: (request: Request) => Identity
  readonly operationOf: (request: Request) => Operation
  readonly contextOf: (operation: Operation) => Context
  readonly slots: StreamSlots
  readonly addCost: AddCost
  readonly reportFault: ReportFault
  readonly report: ReportOperation
  readonly endOperation: (request: Request) => void
  readonly monotonic: () => number
}

export interface DeferredQuery {
  readonly request: Request
  readonly definition: OperationDefinitionNode
  readonly args: ExecutionArgs
  /** Applied to each result of the executor. */
  readonly refine: (result: ExecutionResult) => ExecutionResult
}

export interface Deferral {
  /** Undefined where no part of the query can be deferred: then it runs like any other query. */
  answer(query: DeferredQuery): Promise<DeferredAnswer> | undefined
}

export interface DeferredAnswer {
  readonly answer: ExecutionResult | Stream
  /** Resolves once the last part is written, or the client has disconnected. */
  readonly ended: Promise<void>
}

type Increments = AsyncIterator<Increment, unknown>

interface Increment {
  readonly incremental?: readonly Part[]
  readonly hasNext: boolean
}

/** A result of which some fragments are still pending. */
interface PendingResult {
  /** The result with the fragments that have arrived. */
  readonly initial: ExecutionResult
  readonly next: Promise<IteratorResult<Increment, unknown>>
  readonly increments: Increments
}

const ENDED = Promise.resolve()
/** For each completed group the executor of graphql-tools walks through all pending ones, so their number is bounded. */
const MAX_GROUPS = 1000

/**
 * Answers queries with `@defer` in parts, by incremental delivery of 2022. They run on the executor of graphql-tools, with
 * the same resolvers and loaders; the first such query loads it. A fragment that needs no upstream request is merged into
 * the initial result, so only fragments that wait for the upstream are deferred.
 */
export function createDeferral(options: DeferralOptions): Deferral {
  const { identityOf, operationOf, contextOf, slots, addCost, reportFault } = options

  async function begin(
    query: DeferredQuery,
    document: DocumentNode,
    format: StreamFormat,
  ): Promise<DeferredAnswer> {
    const { request, args, refine } = query
    const startedAt = options.monotonic()
    const { execute: executeInParts } = await import('@graphql-tools/executor')
    const operation = operationOf(request)
    const ending = createAbortable()
    operation.signal.addEventListener('abort', { handleEvent: () => ending.abort() })
    if (operation.signal.aborted) ending.abort()
    const contextValue = contextOf({ ...operation, signal: ending })
    const result = await executeInParts({ ...args, document, contextValue })
    const completeAnswer = (complete: ExecutionResult) => ({
      answer: acceptsJson(request) ? refine(complete) : singlePart(refine(complete), operation, format),
      ended: ENDED,
    })
    /** Without a merged result the query runs again: an error that nulls a fragment nulls more of an undeferred result. */
    const mergedAnswer = async (merged: ExecutionResult | undefined) =>
      completeAnswer(merged ?? (await execute({ ...args, contextValue })))
    if (!('initialResult' in result)) return completeAnswer(result)
    const { hasNext, ...initial } = result.initialResult
    const increments = result.subsequentResults[Symbol.asyncIterator]() as Increments
    const pending = await mergeFree({ initial, next: increments.next(), increments }, operation)
    if (pending === undefined || !('next' in pending)) return mergedAnswer(pending)
    const releaseSlot = acquireSlot(request)
    if (releaseSlot === undefined) return mergedAnswer(await mergeAll(pending))

    operation.ledger.isInParts = true
    const body = new Readable({
      read() {},
      destroy(error, done) {
        // The client has disconnected, or has everything: reads that still run are of no use.
        ending.abort()
        done(error)
      },
    })
    const first = wordResult(refine(pending.initial), reportFault)
    body.push(format.opening)
    body.push(format.part(JSON.stringify(plainErrors({ ...first, hasNext: true }))))
    const codes = new Set(codesOf(first.errors))
    const ended = writeIncrements(pending, body, { format, operation, codes, refine }).finally(() => {
      releaseSlot()
      options.endOperation(request)
      options.report(operation, { definition: query.definition, codes: [...codes], startedAt })
    })
    return { answer: new Stream(format, body), ended }
  }

  /** Undefined where no slot is free or the gateway stops: the query is then answered in one part, not refused. */
  function acquireSlot(request: Request): (() => void) | undefined {
    try {
      return slots.acquire(identityOf(request))
    } catch (refusal) {
      if (!(refusal instanceof GraphQLError)) throw refusal
      return undefined
    }
  }

  function singlePart(result: ExecutionResult, operation: Operation, format: StreamFormat): Stream {
    const worded = wordResult(result, reportFault)
    const json = JSON.stringify(plainErrors({ ...addCost(worded, operation), hasNext: false }))
    const body = Readable.from([format.opening + format.part(json) + format.closing])
    return new Stream(format, body, { codes: codesOf(worded.errors) })
  }

  async function writeIncrements(
    { next: first, increments }: PendingResult,
    body: Readable,
    { format, operation, codes, refine }: WriteOptions,
  ): Promise<void> {
    const write = (part: object) => body.push(format.part(JSON.stringify(part)))
    try {
      for (let next = first; ; ) {
        const batch = await collectBatch(next, increments)
        const { incremental, hasNext } = batch
        next = batch.next
        const parts = incremental.map((part) => {
          const worded = wordResult(refine({ ...part } as ExecutionResult), reportFault)
          for (const code of codesOf(worded.errors)) codes.add(code)
          return plainErrors(worded)
        })
        const incrementalPart = parts.length === 0 ? {} : { incremental: parts }
        if (hasNext) write({ ...incrementalPart, hasNext })
        else return void write({ ...incrementalPart, hasNext, ...addCost({}, operation) })
      }
    } catch (fault) {
      reportFault(faultOf(fault))
      write({ hasNext: false })
    } finally {
      body.push(format.closing)
      body.push(null)
    }
  }

  return {
    answer(query) {
      const { request, definition, args } = query
      const format = request.method === 'POST' ? incrementalFormatFor(request) : undefined
      if (format === undefined) return undefined
      const { schema, document, variableValues } = args
      const { coerced } = getVariableValues(
        schema,
        definition.variableDefinitions ?? [],
        variableValues ?? {},
      )
      if (coerced === undefined) return undefined
      const deferred = activeDefers(document, coerced)
      const deferredDefinition = getOperationAST(deferred, args.operationName)
      if (!deferredDefinition) return undefined
      const groups = countGroups(deferredDefinition, { schema, document: deferred, variableValues: coerced })
      return groups === 0 || groups > MAX_GROUPS ? undefined : begin(query, deferred, format)
    },
  }
}

interface WriteOptions extends Pick<DeferredQuery, 'refine'> {
  readonly format: StreamFormat
  readonly operation: Operation
  /** Gets the codes of the errors, for the log. */
  readonly codes: Set<string>
}

/**
 * Merges the fragments that arrive before the operation waits for the upstream. Returns the complete result where none is
 * left. Undefined where an error has nulled a fragment.
 */
async function mergeFree(
  pending: PendingResult,
  { ledger, deadline }: Operation,
): Promise<PendingResult | ExecutionResult | undefined> {
  let { initial, next } = pending
  const { increments } = pending
  for (let turns = 0; ; turns += 1) {
    const arrived = await Promise.race([next, turns < MAX_TURNS ? nextTurn() : oneMillisecond()])
    if (arrived !== undefined) {
      const { value, done } = arrived
      if (done) return initial
      const merged = mergeIncrement(initial, value)
      if (merged === undefined || !value.hasNext) return merged
      initial = merged
      next = increments.next()
    } else if (ledger.waiting > 0 || deadline.aborted) return { initial, next, increments }
  }
}

/** Waits for the next increment, and adds those that arrive in the following turns of the event loop, without a gap. */
async function collectBatch(
  first: PendingResult['next'],
  increments: Increments,
): Promise<Required<Increment> & Pick<PendingResult, 'next'>> {
  const incremental: Part[] = []
  let next = first
  for (let arrived = await next; ; ) {
    const increment: Increment = arrived.done ? { hasNext: false } : arrived.value
    incremental.push(...(increment.incremental ?? []))
    if (!increment.hasNext) return { incremental, hasNext: false, next }
    // Each `next` of the executor visits all open groups, so the results of one turn are taken together.
    await nextTurn()
    next = increments.next()
    const following = await Promise.race([next, nextTurn()])
    if (following === undefined) return { incremental, hasNext: true, next }
    arrived = following
  }
}

/** Undefined where an error has nulled a fragment. */
async function mergeAll({ initial, next, increments }: PendingResult): Promise<ExecutionResult | undefined> {
  const { value, done } = await next
  if (done) return initial
  const merged = mergeIncrement(initial, value)
  if (merged === undefined || !value.hasNext) return merged
  return mergeAll({ initial: merged, next: increments.next(), increments })
}

/** Undefined where an error has nulled a fragment. */
function mergeIncrement(
  result: ExecutionResult,
  { incremental = [] }: Increment,
): ExecutionResult | undefined {
  return incremental.some(({ data }) => data === null) ? undefined : incremental.reduce(mergePart, result)
}

/** After so many turns the operation waits for I/O other than the upstream, such as the epochs that instances share. */
const MAX_TURNS = 10

function oneMillisecond(): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(() => resolve(undefined), 1))
}

/** Resolves in the next turn of the event loop: work that needs no I/O is done then. */
function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => void setImmediate(() => resolve(undefined)))
}
