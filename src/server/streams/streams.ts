import type { Readable } from 'node:stream'
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
import { withStreamBody } from '../http/stream-body.ts'
import type { Identity } from '../identity/identity.ts'
import { noRootField, notStreamable, overloaded, tokenExpired } from '../refusals.ts'
import { createEventResults, type EventResultsOptions, type SharedSelection } from './event-results.ts'
import { formatFor, type StreamFormat } from './formats.ts'
import type { Places } from './places.ts'
import { selectionKey } from './selection-key.ts'
import type { PartSource, StreamWriter } from './writer.ts'

export interface StreamsOptions extends EventResultsOptions {
  readonly identityOf: (request: Request) => Identity
  readonly operationOf: (request: Request) => Operation
  readonly places: Places
  readonly writer: StreamWriter
}

export interface Streams {
  /** Begins to answer a subscription; a result where it can't be. Throws the refusals of the edge. */
  open(subscription: Subscription): Promise<Stream | ExecutionResult>
  /** Writes the response of each stream. */
  readonly useStreams: () => Plugin
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

/**
 * Answers subscriptions. A stream is no running operation, so the limits of those do not count it: it has its own. It ends
 * where its writer ends it, and when its reader is too slow.
 */
export function createStreams(options: StreamsOptions): Streams {
  const { identityOf, operationOf, places, writer, clock } = options
  const results = createEventResults(options)

  function partsOf(source: ChangeStream, selection: SharedSelection, expiresAt: number): PartSource {
    /** What has been written can't be asked for again; what is on its way can. */
    let resumeAfter = source.resumeAfter()
    return {
      async next() {
        const { value, done } = await source.next()
        if (done) return { done, value }
        if (clock.now() >= expiresAt) throw tokenExpired()
        const part = await selection.partOf(value).catch((error: unknown) => {
          // Nothing tells whether the caller may know of it: it comes again, and finds out.
          throw error instanceof UpstreamError ? streamUndecided(resumeAfter) : error
        })
        resumeAfter = value.sequence
        return { done: false, value: part }
      },
      leave() {
        void source.return()
        selection.leave()
      },
      stopped: () => streamEnded(resumeAfter),
    }
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
        const parts = partsOf(changes, selection, expiresAt)
        const body = writer.write(parts, { format, expiresAt, leave }, by)
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
  }
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
