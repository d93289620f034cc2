import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import { viewOf } from '../../rest/access.ts'
import { createAbortable } from '../../rest/ending.ts'
import { createLedger } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Served } from '../http/node-handler.ts'
import type { Identity } from '../identity/identity.ts'
import { createNote } from '../note.ts'

export interface OperationOptions {
  readonly identityOf: (request: Request) => Identity
  /** Everything one operation does, in milliseconds. */
  readonly operationTimeoutMs: number
  /** The most exchanges that one operation may cause. */
  readonly maxUpstreamRequests: number
}

interface Begun {
  readonly operation: Operation
  readonly timer: NodeJS.Timeout
}

export interface Operations {
  /** The one operation of an HTTP request (batching is off): its credential, deadline, id and ledger. */
  readonly operationOf: (request: Request) => Operation
  readonly useOperations: () => Plugin<object, Served>
}

/**
 * Endings and timers are put together by hand: `AbortSignal.any` and `AbortSignal.timeout` take 7 µs for each
 * operation, and keep all of it in memory until its deadline, however early it ends.
 */
export function createOperations(options: OperationOptions): Operations {
  const begun = createNote<Request, Begun>('operation')
  const responses = createNote<Request, ServerResponse>('response')

  function begin(request: Request): Begun {
    const { credential, access, account } = options.identityOf(request)
    const deadline = createAbortable()
    const reading = createAbortable()
    const operation: Operation = {
      credential,
      access,
      account,
      view: viewOf(account, access),
      requestId: callersRequestId(request) ?? randomUUID(),
      signal: reading,
      deadline,
      ledger: createLedger(options.maxUpstreamRequests),
    }
    whenGone(request, responses.get(request), () => reading.abort())
    const timer = setTimeout(() => {
      deadline.abort()
      reading.abort()
    }, options.operationTimeoutMs)
    timer.unref()
    return { operation, timer }
  }

  function begunOf(request: Request): Begun {
    return begun.get(request) ?? begun.set(request, begin(request))
  }

  return {
    operationOf: (request) => begunOf(request).operation,
    useOperations: () => ({
      onRequest({ request, serverContext }) {
        if (serverContext?.res !== undefined) responses.set(request, serverContext.res)
      },
      onResultProcess({ request }) {
        clearTimeout(begunOf(request).timer)
      },
      onResponse({ request }) {
        const { operation, timer } = begunOf(request)
        // A write goes on when its caller goes away: then this answer is for nobody, and its result is to come yet.
        if (!operation.ledger.isMutation) clearTimeout(timer)
      },
    }),
  }
}

/** The server's own signal for a request of node's is behind a proxy, which every look at it goes through. */
function whenGone({ signal }: Request, response: ServerResponse | undefined, leave: () => void): void {
  if (response === undefined) signal.addEventListener('abort', leave, { once: true })
  else response.on('close', () => response.writableFinished || leave())
  if (response === undefined ? signal.aborted : response.destroyed) leave()
}

function callersRequestId(request: Request): string | undefined {
  const header = request.headers.get('x-request-id')
  return header !== null && /^[\w.-]{1,128}$/.test(header) ? header : undefined
}
