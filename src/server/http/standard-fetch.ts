import { streamBodyOf, streamResponse } from './stream-body.ts'

type ServerResponse = Pick<Response, 'status' | 'headers' | 'arrayBuffer'>

/**
 * Answers with the platform's `Response`. Yoga's own class is faster under node:http, but a host such as Next.js does not
 * accept it. Never rejects.
 */
export function standardFetch(
  fetch: (request: Request) => Promise<ServerResponse> | ServerResponse,
  answerFault: (fault: unknown) => Response,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      // HEAD is GET without the body (RFC 9110, 9.3.2).
      const isHead = request.method === 'HEAD'
      const answer = await fetch(isHead ? new Request(request, { method: 'GET' }) : request)
      const stream = streamBodyOf(answer)
      if (stream !== undefined) return streamResponse(answer, stream)
      if (answer instanceof Response && !isHead) return answer
      const { status, headers } = answer
      const body = isHead || STATUSES_WITHOUT_BODY.includes(status) ? null : await answer.arrayBuffer()
      return new Response(body, { status, headers: [...headers] })
    } catch (fault) {
      return answerFault(fault)
    }
  }
}

const STATUSES_WITHOUT_BODY: readonly number[] = [204, 205, 304]
