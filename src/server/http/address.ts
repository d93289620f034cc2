import type { RequestListener } from 'node:http'
import { PRIVATE } from './privacy.ts'

const REFUSAL = JSON.stringify({
  errors: [{ message: 'The address of the request can not be read.', extensions: { code: 'BAD_REQUEST' } }],
})

/** What a name, an address and a port are written with: nothing that could begin a path. */
const HOST = /^[\w.:[\]~%-]*$/

/**
 * Refuses a request whose `Host` and target are no URL together. The server would fail over it before any of its plugins
 * is asked, as if that were a fault of its own.
 */
export function requireAddress(handler: RequestListener): RequestListener {
  return (request, response) => {
    const host = request.headers.host ?? 'localhost'
    if (HOST.test(host) && URL.canParse(`http://${host}${request.url}`)) return handler(request, response)
    response.writeHead(400, { 'content-type': 'application/json', ...PRIVATE }).end(REFUSAL)
  }
}
