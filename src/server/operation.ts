import { hash, randomUUID } from 'node:crypto'
import { createLedger } from '../rest/ledger.ts'
import type { Operation } from '../rest/pipe.ts'

export interface OperationOptions {
  /** The gateway's own key; null = the caller's `Authorization` header goes upstream. */
  readonly key: string | null
  /** Everything one operation does, in milliseconds. */
  readonly operationTimeoutMs: number
  /** The most exchanges that one operation may cause. */
  readonly maxUpstreamRequests: number
}

/** The one operation of each HTTP request (batching is off): its credential, deadline, id and ledger. */
export function createOperations(options: OperationOptions): (request: Request) => Operation {
  const operations = new WeakMap<Request, Operation>()
  return (request) => {
    const known = operations.get(request)
    if (known !== undefined) return known
    const credential = options.key === null ? callersCredential(request) : `Bearer ${options.key}`
    const deadline = AbortSignal.timeout(options.operationTimeoutMs)
    const account = hash('sha256', credential ?? '', 'base64url')
    const operation: Operation = {
      credential,
      account,
      view: account,
      requestId: callersRequestId(request) ?? randomUUID(),
      signal: AbortSignal.any([deadline, request.signal]),
      deadline,
      ledger: createLedger(options.maxUpstreamRequests),
    }
    operations.set(request, operation)
    return operation
  }
}

function callersCredential(request: Request): string | null {
  const header = request.headers.get('authorization')
  return header !== null && /^Bearer [\x21-\x7e]{1,1024}$/i.test(header) ? header : null
}

function callersRequestId(request: Request): string | undefined {
  const header = request.headers.get('x-request-id')
  return header !== null && /^[\w.-]{1,128}$/.test(header) ? header : undefined
}
