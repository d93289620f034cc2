import { hash, randomUUID } from 'node:crypto'
import { viewOf } from '../rest/access.ts'
import { createLedger } from '../rest/ledger.ts'
import type { Operation } from '../rest/pipe.ts'
import type { Identity } from './identity.ts'

export interface OperationOptions {
  readonly identityOf: (request: Request) => Identity
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
    const { credential, access } = options.identityOf(request)
    const deadline = AbortSignal.timeout(options.operationTimeoutMs)
    const account = hash('sha256', credential ?? '', 'base64url')
    const operation: Operation = {
      credential,
      access,
      account,
      view: viewOf(account, access),
      requestId: callersRequestId(request) ?? randomUUID(),
      signal: AbortSignal.any([deadline, request.signal]),
      deadline,
      ledger: createLedger(options.maxUpstreamRequests),
    }
    operations.set(request, operation)
    return operation
  }
}

function callersRequestId(request: Request): string | undefined {
  const header = request.headers.get('x-request-id')
  return header !== null && /^[\w.-]{1,128}$/.test(header) ? header : undefined
}
