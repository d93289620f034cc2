import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { sendNodeResponse } from '@whatwg-node/server'

/** The request and response of node:http that the server knows; empty where the request came through `fetch`. */
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

/** The server as a listener of node:http. The server's own listener answers a fault with its stack; this one masks it. */
export function nodeHandler(server: Server, answerFault: (fault: unknown) => Response): RequestListener {
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<Response> {
    try {
      return await server.handleNodeRequestAndResponse(req, res, { req, res })
    } catch (fault) {
      return answerFault(fault)
    }
  }
  return async (req, res) => {
    try {
      await sendNodeResponse(await answer(req, res), res, req, true)
    } catch (fault) {
      answerFault(fault)
      res.destroy()
    }
  }
}
