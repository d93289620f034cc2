import { randomBytes } from 'node:crypto'
import { HEADERS } from '../../contract/envelope.ts'
import type { Middleware } from './context.ts'

/** Every response gets an id from the server, which ignores an id that the client sends. */
export const assignRequestId: Middleware = async (c, next) => {
  const requestId = createRequestId()
  c.set('requestId', requestId)
  c.header(HEADERS.requestId, requestId)
  await next()
}

export function createRequestId(): string {
  return `req_${randomBytes(12).toString('hex')}`
}
