import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import { viewOf } from '../../rest/access.ts'
import { createAbortable } from '../../rest/ending.ts'
import { createLedger } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { NodeContext } from '../http/node-handler.ts'
import type { Identity } from '../identity/identity.ts'
import { createNote } from '../note.ts'
import type { Tracer } from '../observation/observer.ts'

export interface OperationOptions {
  readonly identityOf: (request: Request) => Identity
  /** Everything that one operation does, in milliseconds. */
  readonly operationTimeoutMs: number
  /** The most upstream requests that one operation may cause. */
  readonly maxUpstreamRequests: number
  /** Begins the span of each operation; null = nobody traces. */
  readonly tracer: Tracer | null
}

interface Begun {
  readonly operation: Operation
  readonly timer: NodeJS.Timeout
}

/** An operation that no HTTP request of its own began. */
export interface EventOperation {
  readonly operation: Operation
  end(): void
}

export interface Operations {
  /** An operation for an event, on behalf of the subscriber whose operation this is: with a deadline and a ledger of its own. */
  readonly beginEvent: (by: Operation) => EventOperation
  /** The one operation of an HTTP request (the gateway takes no batches): its credential, deadline, id and ledger. */
  readonly operationOf: (request: Request) => Operation
  /** Of an answer in parts: the last one is written. */
  readonly endOperation: (request: Request) => void
  readonly useOperations: () => Plugin<object, NodeContext>
}

/** `AbortSignal.timeout` would keep each operation in memory until its deadline, so each has a timer of its own. */
export function createOperations(options: OperationOptions): Operations {
  const begun = createNote<Request, Begun>('operation')
  const responses = createNote<Request, ServerResponse>('response')

  function begin(request: Request): Begun {
    const { credential, access, account, caller } = options.identityOf(request)
    const signal = createAbortable()
    onClientGone(request, responses.get(request), () => signal.abort())
    const requestId = callersRequestId(request) ?? randomUUID()
    const span = options.tracer?.begin('operation', request.headers.get('traceparent'))
    const view = viewOf(account, access)
    return beginFor({ credential, access, account, caller, view, requestId, span }, signal)
  }

  function beginFor(
    caller: Omit<Operation, 'signal' | 'deadline' | 'ledger'>,
    signal = createAbortable(),
  ): Begun {
    const deadline = createAbortable()
    const ledger = createLedger(options.maxUpstreamRequests)
    const timer = setTimeout(() => {
      deadline.abort()
      signal.abort()
    }, options.operationTimeoutMs)
    timer.unref()
    return { operation: { ...caller, signal, deadline, ledger }, timer }
  }

  function begunOf(request: Request): Begun {
    return begun.get(request) ?? begun.set(request, begin(request))
  }

  return {
    operationOf: (request) => begunOf(request).operation,
    beginEvent(by) {
      // A stream is open for long, so each of its events is a trace of its own.
      const span = options.tracer?.begin('event')
      const { operation, timer } = beginFor({ ...by, requestId: randomUUID(), span })
      return { operation, end: () => clearTimeout(timer) }
    },
    endOperation: (request) => clearTimeout(begunOf(request).timer),
    useOperations: () => ({
      onRequest({ request, serverContext }) {
        if (serverContext?.res !== undefined) responses.set(request, serverContext.res)
      },
      onResultProcess({ request }) {
        const { operation, timer } = begunOf(request)
        if (!operation.ledger.isInParts) clearTimeout(timer)
      },
      onResponse({ request }) {
        const { operation, timer } = begunOf(request)
        // A write goes on when its client leaves. Then this response reaches nobody, and the write still needs its deadline.
        if (!operation.ledger.isMutation && !operation.ledger.isInParts) clearTimeout(timer)
      },
    }),
  }
}

/** Under node:http the response shows it; the request's own signal there is behind a proxy object. */
function onClientGone({ signal }: Request, response: ServerResponse | undefined, leave: () => void): void {
  if (response === undefined) signal.addEventListener('abort', leave, { once: true })
  else response.on('close', () => response.writableFinished || leave())
  if (response === undefined ? signal.aborted : response.destroyed) leave()
}

function callersRequestId(request: Request): string | undefined {
  const header = request.headers.get('x-request-id')
  return header !== null && /^[\w.-]{1,128}$/.test(header) ? header : undefined
}
