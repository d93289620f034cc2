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
import { selectionKey } from './selection-key.ts'
import type { StreamSlots } from './stream-slots.ts'
import type { PartSource, StreamWriter } from './writer.ts'

export interface StreamsOptions extends EventResultsOptions {
  readonly identityOf: (request: Request) => Identity
  readonly operationOf: (request: Request) => Operation
  readonly slots: StreamSlots
  readonly writer: StreamWriter
}

export interface Streams {
  /** Opens the stream of a subscription. Resolves with a result where `subscribe` fails. Throws the refusals of the edge. */
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

/** A response that is written in parts. */
export class Stream {
  readonly format: StreamFormat
  readonly body: Readable
  readonly headers: Readonly<Record<string, string>>
  /** The codes of the errors of its result, for the log. Empty where each part is a separate operation. */
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
 * Answers subscriptions. The limits of running operations do not count streams, which have limits of their own. The writer
 * ends a stream, and so does a reader that is too slow.
 */
export function createStreams(options: StreamsOptions): Streams {
  const { identityOf, operationOf, slots, writer, clock } = options
  const results = createEventResults(options)

  function partsOf(source: ChangeStream, selection: SharedSelection, expiresAt: number): PartSource {
    /** The position of the last part that was written. A client that resumes here gets all later parts again. */
    let resumeAfter = source.resumeAfter()
    return {
      async next() {
        const { value, done } = await source.next()
        if (done) return { done, value }
        if (clock.now() >= expiresAt) throw tokenExpired()
        const part = await selection.partOf(value).catch((error: unknown) => {
          // Whether the caller may know of the change is not known: the client resumes, which tries again.
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
      const operation = operationOf(request)
      const identity = identityOf(request)
      const { expiresAt = Number.POSITIVE_INFINITY } = identity
      const releaseSlot = slots.acquire(identity)
      try {
        const source = await createSourceEventStream(args)
        if (!(Symbol.asyncIterator in source)) {
          // The store that instances share is unreachable: the client retries, as with a busy gateway.
          if (source.errors?.some(isOverloaded)) throw overloaded()
          releaseSlot()
          return source
        }
        // The schema's only `subscribe` returns a ChangeStream.
        const changes = source as ChangeStream
        if (slots.isClosed()) {
          await changes.return()
          throw overloaded()
        }
        const selection = results.join({
          key: selectionKey(`${operation.view} ${rightsOf(operation.access)}`, text, args),
          args,
          operation,
        })
        const parts = partsOf(changes, selection, expiresAt)
        const body = writer.write(parts, { format, expiresAt, releaseSlot }, operation)
        // A client that resumes from here gets the stream again from its first change.
        return new Stream(format, body, { headers: { 'x-resume-after': changes.resumeAfter() } })
      } catch (error) {
        releaseSlot()
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
          // Without it nginx buffers the response until its buffer is full.
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

/** graphql-js assumes a root field, but `@skip` or `@include` may exclude the only one. */
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
