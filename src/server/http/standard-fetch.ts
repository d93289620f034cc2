type Answer = Pick<Response, 'status' | 'headers' | 'arrayBuffer'>

/**
 * Answers with the `Response` of the platform. The server has one of its own, faster under node:http, which a host
 * such as Next.js does not take for one. Never rejects.
 */
export function standardFetch(
  fetch: (request: Request) => Promise<Answer> | Answer,
  failed: (fault: unknown) => Response,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const answer = await fetch(request)
      if (answer instanceof Response) return answer
      const { status, headers } = answer
      const body = HAVE_NO_BODY.includes(status) ? null : await answer.arrayBuffer()
      return new Response(body, { status, headers: [...headers] })
    } catch (fault) {
      return failed(fault)
    }
  }
}

const HAVE_NO_BODY: readonly number[] = [204, 205, 304]
