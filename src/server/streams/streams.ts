import { Readable } from 'node:stream'
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { collectFields, fragmentsOf } from '../../execution/index.ts'
import type { ChangeStream } from '../../loaders/changes.ts'
import { rightsOf } from '../../rest/access.ts'
import { streamEnded, streamUndecided, UpstreamError } from '../../rest/errors.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { asGraphQLError, wordResult } from '../errors.ts'
import { withStreamBody } from '../http/stream-body.ts'
import type { Identity } from '../identity/identity.ts'
import { noRootField, notStreamable, overloaded, tokenExpired } from '../refusals.ts'
import {
  createEventResults,
  type EventResultsOptions,
  type SharedSelection,
  writePart,
} from './event-results.ts'
import { formatFor, type StreamFormat } from './formats.ts'
import { once, type Places } from './places.ts'
import { selectionKey } from './selection-key.ts'

export interface StreamsOptions extends EventResultsOptions {
  readonly identityOf: (request: Request) => Identity
  readonly operationOf: (request: Request) => Operation
  readonly places: Places
  /** How often a stream on which nothing happens is written to, in milliseconds. */
  readonly heartbeatMs: number
}

export interface Streams {
  /** Begins to answer a subscription; a result where it can't be. Throws the refusals of the edge. */
  open(subscription: Subscription): Promise<Stream | ExecutionResult>
  /** Writes the response of each stream. */
  readonly useStreams: () => Plugin
  /** Tells all subscribers to come back, and ends their streams. New ones are refused from now on. */
  endAll(): void
}

export interface Subscription {
  readonly request: Request
  readonly text: string
  readonly definition: OperationDefinitionNode
  readonly args: ExecutionArgs
}

/** An answer in parts. */
export class Stream {
  readonly format: StreamFormat
  readonly body: Readable
  readonly headers: Readonly<Record<string, string>>
  /** Of the errors in it, for the log; empty where its parts are operations of their own. */
  readonly codes: readonly string[]

  constructor(
    format: StreamFormat,
    body: Readable,
    { headers = {}, codes = [] }: Partial<Pick<Stream, 'headers' | 'codes'>> = {},
  ) {
    this.format = format
    this.body = body
    this.headers = headers
    this.codes = codes
  }
}

interface OpenStream {
  beat(): void
  end(error: Error): void
  readonly resumeAfter: () => string
}

/**
 * Answers subscriptions. A stream is no running operation, so the limits of those do not count it: it has its own. It ends
 * with the token of its caller, when the gateway stops, when its reader is too slow, and when its client leaves.
 */
export function createStreams(options: StreamsOptions): Streams {
  const { identityOf, operationOf, places, heartbeatMs, reportFault, clock } = options
  const { now } = clock
  const results = createEventResults(options)
  const open = new Set<OpenStream>()
  let heartbeat: NodeJS.Timeout | undefined

  function enter(stream: OpenStream): void {
    open.add(stream)
    heartbeat ??= setInterval(() => {
      for (const each of open) each.beat()
    }, heartbeatMs).unref()
  }

  function leaveOpen(stream: OpenStream): void {
    open.delete(stream)
    if (open.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  function partOfError(error: unknown, format: StreamFormat): Buffer {
    return writePart(wordResult({ errors: [asGraphQLError(error)] }, reportFault)).in(format)
  }

  function write(
    source: ChangeStream,
    { format, selection, expiresAt, leave }: Writing,
    by: Operation,
  ): Readable {
    let isReading = false
    let isOver = false
    /** What has been written can't be asked for again; what is on its way can. */
    let resumeAfter = source.resumeAfter()

    /** Writes parts for as long as the reader takes them. */
    async function read(): Promise<void> {
      if (isReading) return
      isReading = true
      try {
        for (let isWanted = true; isWanted; ) {
          const { value, done } = await source.next()
          if (done) return finish(format.closing)
          if (now() >= expiresAt) throw tokenExpired()
          const part = await selection.partOf(value).catch((error: unknown) => {
            // Nothing tells whether the caller may know of it: it comes again, and finds out.
            throw error instanceof UpstreamError ? streamUndecided(resumeAfter) : error
          })
          if (isOver || body.destroyed) return
          resumeAfter = value.sequence
          if (part !== undefined) isWanted = body.push(part.in(format))
        }
        isReading = false
      } catch (error) {
        finish(partOfError(error, format), format.closing)
      }
    }

    function finish(...parts: (Buffer | string)[]): void {
      stop()
      if (body.destroyed || body.readableEnded || isOver) return
      isOver = true
      for (const part of parts) body.push(part)
      body.push(null)
    }

    const stop = once(() => {
      leaveOpen(stream)
      void source.return()
      selection.leave()
      leave()
    })
    const body = new Readable({
      read: () => void read(),
      destroy(error, done) {
        stop()
        done(error)
      },
    })
    const stream: OpenStream = {
      beat() {
        if (now() >= expiresAt) stream.end(tokenExpired())
        // A reader that has not read what is there needs no sign of life.
        else if (body.readableLength === 0 && !isOver) body.push(format.heartbeat)
      },
      end: (error) => finish(partOfError(error, format), format.closing),
      resumeAfter: () => resumeAfter,
    }
    enter(stream)
    body.push(format.opening)
    by.signal.addEventListener('abort', { handleEvent: () => void body.destroy() })
    return body
  }

  return {
    async open({ request, text, definition, args }) {
      const format = formatFor(request)
      if (format === undefined) throw notStreamable()
      requireRootField(definition, args)
      const by = operationOf(request)
      const identity = identityOf(request)
      const { expiresAt = Number.POSITIVE_INFINITY } = identity
      const leave = places.take(identity)
      try {
        const source = await createSourceEventStream(args)
        if (!(Symbol.asyncIterator in source)) {
          // What instances share is away for a moment: the client comes again, as to a gateway that is busy.
          if (source.errors?.some(isOverloaded)) throw overloaded()
          leave()
          return source
        }
        // The one `subscribe` of the schema returns it.
        const changes = source as ChangeStream
        if (places.isClosed()) {
          await changes.return()
          throw overloaded()
        }
        const selection = results.join({
          key: selectionKey(`${by.view} ${rightsOf(by.access)}`, text, args),
          args,
          by,
        })
        const body = write(changes, { format, selection, expiresAt, leave }, by)
        if (by.signal.aborted) body.destroy()
        // Resuming from here repeats the stream from its first change.
        return new Stream(format, body, { headers: { 'x-resume-after': changes.resumeAfter() } })
      } catch (error) {
        leave()
        throw error
      }
    },
    useStreams: () => ({
      onResultProcess({ result, setResultProcessor }) {
        const stream: unknown = result
        if (!(stream instanceof Stream)) return
        const { format, body } = stream
        const headers = {
          ...stream.headers,
          'content-type': format.contentType,
          // nginx would keep what it has not enough of.
          'x-accel-buffering': 'no',
        }
        setResultProcessor(
          (_result, fetchAPI) => withStreamBody(new fetchAPI.Response(null, { status: 200, headers }), body),
          format.contentType,
        )
      },
    }),
    endAll() {
      places.close()
      for (const stream of open) stream.end(streamEnded(stream.resumeAfter()))
    },
  }
}

interface Writing {
  readonly format: StreamFormat
  readonly selection: SharedSelection
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  readonly leave: () => void
}

/** graphql-js takes it for granted, and a condition may take away the only one. */
function requireRootField(
  definition: OperationDefinitionNode,
  { schema, document, variableValues }: ExecutionArgs,
): void {
  const type = schema.getSubscriptionType()
  const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], variableValues ?? {})
  if (!type || coerced === undefined) return
  const scope = { schema, fragments: fragmentsOf(document), variableValues: coerced }
  if (collectFields(scope, type, [definition.selectionSet]).size === 0) throw noRootField()
}

function isOverloaded({ originalError }: GraphQLError): boolean {
  return originalError instanceof UpstreamError && originalError.code === 'OVERLOADED'
}
