import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { sendNodeResponse } from '@whatwg-node/server'

/** What the server is told of a request of node's: undefined where it came through `fetch`. */
export interface Served {
  readonly req?: IncomingMessage
  readonly res?: ServerResponse
}

interface Server {
  handleNodeRequestAndResponse(
    request: IncomingMessage,
    response: ServerResponse,
    served: Served,
  ): Promise<Response> | Response
}

/**
 * The server as a listener of node's own. Its own one shows whoever asks what failed, with the stack; and as nothing is
 * sent that has not come through here, no header has to be set beforehand, with which node writes them half as fast.
 */
export function nodeHandler(server: Server, failed: (fault: unknown) => Response): RequestListener {
  return (req, res) => {
    const send = (answer: Response) => sendNodeResponse(answer, res, req, true)
    new Promise<Response>((resolve) => resolve(server.handleNodeRequestAndResponse(req, res, { req, res })))
      .then(send, (fault) => send(failed(fault)))
      .catch((fault) => {
        failed(fault)
        res.destroy()
      })
  }
}
