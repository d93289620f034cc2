import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import { viewOf } from '../../rest/access.ts'
import { createAbortable } from '../../rest/ending.ts'
import { createLedger } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { NodeContext } from '../http/node-handler.ts'
import type { Identity } from '../identity/identity.ts'
import type { Tracer } from '../observation/observer.ts'
import { createSymbolProperty } from '../symbol-property.ts'

export interface OperationOptions {
  readonly identityOf: (request: Request) => Identity
  /** The deadline of an operation, in milliseconds after its start. */
  readonly operationTimeoutMs: number
  /** The most upstream requests that one operation may cause. */
  readonly maxUpstreamRequests: number
  /** Begins the span of each operation; null = tracing is off. */
  readonly tracer: Tracer | null
}

interface StartedOperation {
  readonly operation: Operation
  readonly timer: NodeJS.Timeout
}

/** An operation for an event of a stream or a run of a live query, which no HTTP request has begun. */
export interface EventOperation {
  readonly operation: Operation
  end(): void
}

export interface Operations {
  /** Begins an operation for an event, on behalf of the subscriber. It has its own deadline and ledger. */
  readonly beginEvent: (subscriber: Operation) => EventOperation
  /** The one operation of an HTTP request (the gateway takes no batches): its credential, deadline, id and ledger. */
  readonly operationOf: (request: Request) => Operation
  /** Ends the operation of an answer in parts, once its last part is written. */
  readonly endOperation: (request: Request) => void
  readonly useOperations: () => Plugin<object, NodeContext>
}

/** `AbortSignal.timeout` would keep each operation in memory until its deadline, so each has a timer that can be cleared. */
export function createOperations(options: OperationOptions): Operations {
  const operations = createSymbolProperty<Request, StartedOperation>('operation')
  const responses = createSymbolProperty<Request, ServerResponse>('response')

  function begin(request: Request): StartedOperation {
    const { credential, access, account, caller } = options.identityOf(request)
    const signal = createAbortable()
    onDisconnect(request, responses.get(request), () => signal.abort())
    const requestId = callersRequestId(request) ?? randomUUID()
    const span = options.tracer?.begin('operation', request.headers.get('traceparent'))
    const view = viewOf(account, access)
    return beginFor({ credential, access, account, caller, view, requestId, span }, signal)
  }

  function beginFor(
    caller: Omit<Operation, 'signal' | 'deadline' | 'ledger'>,
    signal = createAbortable(),
  ): StartedOperation {
    const deadline = createAbortable()
    const ledger = createLedger(options.maxUpstreamRequests)
    const timer = setTimeout(() => {
      deadline.abort()
      signal.abort()
    }, options.operationTimeoutMs)
    timer.unref()
    return { operation: { ...caller, signal, deadline, ledger }, timer }
  }

  function startedOf(request: Request): StartedOperation {
    return operations.get(request) ?? operations.set(request, begin(request))
  }

  return {
    operationOf: (request) => startedOf(request).operation,
    beginEvent(subscriber) {
      // A stream stays open for long, so each of its events is a separate trace.
      const span = options.tracer?.begin('event')
      const { operation, timer } = beginFor({ ...subscriber, requestId: randomUUID(), span })
      return { operation, end: () => clearTimeout(timer) }
    },
    endOperation: (request) => clearTimeout(startedOf(request).timer),
    useOperations: () => ({
      onRequest({ request, serverContext }) {
        if (serverContext?.res !== undefined) responses.set(request, serverContext.res)
      },
      onResultProcess({ request }) {
        const { operation, timer } = startedOf(request)
        if (!operation.ledger.isInParts) clearTimeout(timer)
      },
      onResponse({ request }) {
        const { operation, timer } = startedOf(request)
        // After a disconnect the response is discarded, but a write continues, and still needs its deadline.
        if (!operation.ledger.isMutation && !operation.ledger.isInParts) clearTimeout(timer)
      },
    }),
  }
}

/** Under node:http it listens to the response, because the request's signal is behind a proxy object there. */
function onDisconnect({ signal }: Request, response: ServerResponse | undefined, abort: () => void): void {
  if (response === undefined) signal.addEventListener('abort', abort, { once: true })
  else response.on('close', () => response.writableFinished || abort())
  if (response === undefined ? signal.aborted : response.destroyed) abort()
}

function callersRequestId(request: Request): string | undefined {
  const header = request.headers.get('x-request-id')
  return header !== null && /^[\w.-]{1,128}$/.test(header) ? header : undefined
}
