type Answer = Pick<Response, 'status' | 'headers' | 'arrayBuffer'>

/**
 * Answers with the `Response` of the platform. The server has one of its own, faster under node:http, which a host
 * such as Next.js does not take for one.
 */
export function standardFetch(
  fetch: (request: Request) => Promise<Answer> | Answer,
  failed: (fault: unknown) => Response,
): (request: Request) => Promise<Response> {
  async function answerTo(request: Request): Promise<Answer> {
    try {
      return await fetch(request)
    } catch (fault) {
      return failed(fault)
    }
  }
  return async (request) => {
    const answer = await answerTo(request)
    if (answer instanceof Response) return answer
    const { status, headers } = answer
    const body = HAVE_NO_BODY.includes(status) ? null : await answer.arrayBuffer()
    return new Response(body, { status, headers: [...headers] })
  }
}

const HAVE_NO_BODY: readonly number[] = [204, 205, 304]
