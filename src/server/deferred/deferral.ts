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
import { partsFormatFor, type StreamFormat } from '../streams/formats.ts'
import type { Places } from '../streams/places.ts'
import { Stream } from '../streams/streams.ts'
import { activeDefers, countGroups } from './document.ts'
import { mergePart, type Part } from './merge.ts'

export interface DeferralOptions {
  readonly identityOf: (request: Request) => Identity
  readonly operationOf: (request: Request) => Operation
  readonly contextOf: (by: Operation) => Context
  readonly places: Places
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
  /** What the gateway does to every result of its executor. */
  readonly refine: (result: ExecutionResult) => ExecutionResult
}

export interface Deferral {
  /** Undefined where nothing of the query may come later: then it is run as any other. */
  answer(query: DeferredQuery): Promise<DeferredAnswer> | undefined
}

export interface DeferredAnswer {
  readonly answer: ExecutionResult | Stream
  /** Resolves once the last part is written, or nobody waits for it. */
  readonly ended: Promise<void>
}

type Increments = AsyncIterator<Increment, unknown>

interface Increment {
  readonly incremental?: readonly Part[]
  readonly hasNext: boolean
}

/** What has come of an answer, and what is on its way. */
interface Begun {
  readonly first: ExecutionResult
  readonly next: Promise<IteratorResult<Increment, unknown>>
  readonly rest: Increments
}

const AT_ONCE = Promise.resolve()
/** The other executor looks at all open groups for each one that comes, so their number is bounded. */
const MAX_GROUPS = 1000

/**
 * Answers queries with `@defer` in parts, by incremental delivery of 2022. The executor of graphql-tools runs them, over
 * the same resolvers and loaders as ours: it is loaded with the first of them. What costs nothing is put in its place, so
 * only what waits for the upstream comes later.
 */
export function createDeferral(options: DeferralOptions): Deferral {
  const { identityOf, operationOf, contextOf, places, addCost, reportFault } = options

  async function begin(
    query: DeferredQuery,
    document: DocumentNode,
    format: StreamFormat,
  ): Promise<DeferredAnswer> {
    const { request, args, refine } = query
    const startedAt = options.monotonic()
    const { execute: executeInParts } = await import('@graphql-tools/executor')
    const by = operationOf(request)
    const ending = createAbortable()
    by.signal.addEventListener('abort', { handleEvent: () => ending.abort() })
    if (by.signal.aborted) ending.abort()
    const contextValue = contextOf({ ...by, signal: ending })
    const result = await executeInParts({ ...args, document, contextValue })
    const inOnePiece = (answer: ExecutionResult) => ({
      answer: acceptsJson(request) ? refine(answer) : onlyPart(refine(answer), by, format),
      ended: AT_ONCE,
    })
    /** An error that takes a whole fragment away takes more of an answer in one piece. */
    const inPlace = async (merged: ExecutionResult | undefined) =>
      inOnePiece(merged ?? (await execute({ ...args, contextValue })))
    if (!('initialResult' in result)) return inOnePiece(result)
    const { hasNext, ...initial } = result.initialResult
    const rest = result.subsequentResults[Symbol.asyncIterator]() as Increments
    const begun = await putInPlace({ first: initial, next: rest.next(), rest }, by)
    if (begun === undefined || !('next' in begun)) return inPlace(begun)
    const leave = takePlace(request)
    if (leave === undefined) return inPlace(await mergeAll(begun))

    by.ledger.isInParts = true
    const body = new Readable({
      read() {},
      destroy(error, done) {
        // Nobody waits for what is still read.
        ending.abort()
        done(error)
      },
    })
    const first = wordResult(refine(begun.first), reportFault)
    body.push(format.opening)
    body.push(format.part(JSON.stringify(plainErrors({ ...first, hasNext: true }))))
    const codes = new Set(codesOf(first.errors))
    const ended = writeRest(begun, body, { format, by, codes, refine }).finally(() => {
      leave()
      options.endOperation(request)
      options.report(by, { definition: query.definition, codes: [...codes], startedAt })
    })
    return { answer: new Stream(format, body), ended }
  }

  /** Undefined where there are too many streams, or the gateway stops: a place is not worth a refusal. */
  function takePlace(request: Request): (() => void) | undefined {
    try {
      return places.take(identityOf(request))
    } catch (refusal) {
      if (!(refusal instanceof GraphQLError)) throw refusal
      return undefined
    }
  }

  function onlyPart(result: ExecutionResult, by: Operation, format: StreamFormat): Stream {
    const worded = wordResult(result, reportFault)
    const json = JSON.stringify(plainErrors({ ...addCost(worded, by), hasNext: false }))
    const body = Readable.from([format.opening + format.part(json) + format.closing])
    return new Stream(format, body, { codes: codesOf(worded.errors) })
  }

  async function writeRest(
    { next: first, rest }: Begun,
    body: Readable,
    { format, by, codes, refine }: Writing,
  ): Promise<void> {
    const write = (part: object) => body.push(format.part(JSON.stringify(part)))
    try {
      for (let next = first; ; ) {
        const arrived = await together(next, rest)
        const { incremental, hasNext } = arrived
        next = arrived.next
        const parts = incremental.map((part) => {
          const worded = wordResult(refine({ ...part } as ExecutionResult), reportFault)
          for (const code of codesOf(worded.errors)) codes.add(code)
          return plainErrors(worded)
        })
        const incrementalPart = parts.length === 0 ? {} : { incremental: parts }
        if (hasNext) write({ ...incrementalPart, hasNext })
        else return void write({ ...incrementalPart, hasNext, ...addCost({}, by) })
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
      const format = request.method === 'POST' ? partsFormatFor(request) : undefined
      if (format === undefined) return undefined
      const { schema, document, variableValues } = args
      const { coerced } = getVariableValues(
        schema,
        definition.variableDefinitions ?? [],
        variableValues ?? {},
      )
      if (coerced === undefined) return undefined
      const deferred = activeDefers(document, coerced)
      const operation = getOperationAST(deferred, args.operationName)
      if (!operation) return undefined
      const groups = countGroups(operation, { schema, document: deferred, variableValues: coerced })
      return groups === 0 || groups > MAX_GROUPS ? undefined : begin(query, deferred, format)
    },
  }
}

interface Writing extends Pick<DeferredQuery, 'refine'> {
  readonly format: StreamFormat
  readonly by: Operation
  readonly codes: Set<string>
}

/** Puts in its place what comes before anything waits for the upstream. Undefined where a fragment is lost to an error. */
async function putInPlace(
  begun: Begun,
  { ledger, deadline }: Operation,
): Promise<Begun | ExecutionResult | undefined> {
  let { first, next, rest } = begun
  for (let turns = 0; ; turns += 1) {
    const arrived = await Promise.race([next, turns < MAX_TURNS ? aTurn() : aMoment()])
    if (arrived !== undefined) {
      const { value, done } = arrived
      if (done) return first
      const merged = mergeIncrement(first, value)
      if (merged === undefined || !value.hasNext) return merged
      first = merged
      next = rest.next()
    } else if (ledger.waiting > 0 || deadline.aborted) return { first, next, rest }
  }
}

/** What comes in the same turns of the event loop is written as one part. */
async function together(
  first: Begun['next'],
  rest: Increments,
): Promise<Required<Increment> & Pick<Begun, 'next'>> {
  const incremental: Part[] = []
  let next = first
  for (let arrived = await next; ; ) {
    const increment: Increment = arrived.done ? { hasNext: false } : arrived.value
    incremental.push(...(increment.incremental ?? []))
    if (!increment.hasNext) return { incremental, hasNext: false, next }
    // Each `next` of the executor visits all open groups, so the results of one turn are taken together.
    await aTurn()
    next = rest.next()
    const another = await Promise.race([next, aTurn()])
    if (another === undefined) return { incremental, hasNext: true, next }
    arrived = another
  }
}

async function mergeAll({ first, next, rest }: Begun): Promise<ExecutionResult | undefined> {
  const { value, done } = await next
  if (done) return first
  const merged = mergeIncrement(first, value)
  if (merged === undefined || !value.hasNext) return merged
  return mergeAll({ first: merged, next: rest.next(), rest })
}

/** Undefined where a fragment is lost to an error. */
function mergeIncrement(
  result: ExecutionResult,
  { incremental = [] }: Increment,
): ExecutionResult | undefined {
  return incremental.some(({ data }) => data === null) ? undefined : incremental.reduce(mergePart, result)
}

/** Then something else than memory is waited for, such as the epochs that instances share. */
const MAX_TURNS = 10

function aMoment(): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(() => resolve(undefined), 1))
}

/** A turn of the event loop: what needs no more than memory has come by then. */
function aTurn(): Promise<undefined> {
  return new Promise((resolve) => void setImmediate(() => resolve(undefined)))
}
