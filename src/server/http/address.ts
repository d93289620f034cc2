import type { RequestListener } from 'node:http'
import { PRIVATE } from './privacy.ts'

const REFUSAL = JSON.stringify({
  errors: [{ message: 'The address of the request can not be read.', extensions: { code: 'BAD_REQUEST' } }],
})

/** The characters of a name, an address and a port: none of them can begin a path. */
const HOST = /^[\w.:[\]~%-]*$/

/**
 * Refuses a request whose `Host` and target together are no URL. The server builds that URL before it calls any plugin, so
 * the refusal stands in front of it.
 */
export function requireAddress(handler: RequestListener): RequestListener {
  return (request, response) => {
    const host = request.headers.host ?? 'localhost'
    if (HOST.test(host) && URL.canParse(`http://${host}${request.url}`)) return handler(request, response)
    response.writeHead(400, { 'content-type': 'application/json', ...PRIVATE }).end(REFUSAL)
  }
}
