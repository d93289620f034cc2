import { HEADERS } from '../../contract/envelope.ts'
import { createRequestId } from '../ids.ts'
import type { Middleware } from './exchange.ts'

/** Every answer has an id of the server's own making; one that a caller sends is ignored. */
export const identify: Middleware = async (c, next) => {
  const requestId = createRequestId()
  c.set('requestId', requestId)
  c.header(HEADERS.requestId, requestId)
  await next()
}
