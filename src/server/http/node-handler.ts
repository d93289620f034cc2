import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { sendNodeResponse } from '@whatwg-node/server'
import { PRIVATE } from './privacy.ts'
import { sendStream, streamBodyOf } from './stream-body.ts'

/** The request and response of node:http, as yoga's server context; empty for a request through `fetch`. */
export interface NodeContext {
  readonly req?: IncomingMessage
  readonly res?: ServerResponse
}

interface Server {
  handleNodeRequestAndResponse(
    request: IncomingMessage,
    response: ServerResponse,
    context: NodeContext,
  ): Promise<Response> | Response
}

/** A listener of node:http for yoga. Yoga's own listener answers a fault with its stack; this one masks it. */
export function nodeHandler(server: Server, answerFault: (fault: unknown) => Response): RequestListener {
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<Response> {
    // Yoga builds the URL before it calls any plugin, so an unreadable one is refused here.
    if (!hasReadableUrl(req)) return Response.json(UNREADABLE_URL, { status: 400, headers: PRIVATE })
    try {
      return await server.handleNodeRequestAndResponse(asGet(req), res, { req, res })
    } catch (fault) {
      return answerFault(fault)
    }
  }
  return async (req, res) => {
    try {
      const response = await answer(req, res)
      const body = streamBodyOf(response)
      if (body === undefined) await sendNodeResponse(response, res, req, true)
      else sendStream(response, body, res)
    } catch (fault) {
      answerFault(fault)
      res.destroy()
    }
  }
}

/** HEAD is GET without the body (RFC 9110, 9.3.2), and node:http omits the body itself. */
function asGet(request: IncomingMessage): IncomingMessage {
  return request.method === 'HEAD' ? Object.create(request, { method: { value: 'GET' } }) : request
}

/** Host names, addresses and ports. None of these characters can begin a path. */
const HOST = /^[\w.:[\]~%-]*$/

/** Whether `Host` and the request target form a valid URL. */
function hasReadableUrl({ headers: { host = 'localhost' }, url }: IncomingMessage): boolean {
  return HOST.test(host) && URL.canParse(`http://${host}${url}`)
}

const UNREADABLE_URL = {
  errors: [{ message: 'The address of the request can not be read.', extensions: { code: 'BAD_REQUEST' } }],
}
