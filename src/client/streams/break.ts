import { hasCode, RequestError } from '../errors.ts'
import { readBody, type StreamPart, streamOf } from '../response.ts'
import { retryAfterMs } from './pause.ts'

/** How a stream ended that another one goes on with. */
export interface Break {
  /** Where the gateway says that it ended. */
  readonly resumeAfter?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The gateway is busy or away: nothing is wrong with the operation. */
export function isBusy({ status }: Response): boolean {
  return [429, 502, 503, 504].includes(status)
}

/**
 * What the generator yields, in iterations of their own. Leaves at once: a generator alone would let `return()` wait for what
 * `next()` waits for.
 */
export function leavable<Item>(
  generate: (signal: AbortSignal) => AsyncGenerator<Item, undefined, void>,
  signal: AbortSignal | undefined,
): AsyncIterable<Item> {
  return { [Symbol.asyncIterator]: () => iterate(generate, signal) }
}

function iterate<Item>(
  generate: (signal: AbortSignal) => AsyncGenerator<Item, undefined, void>,
  signal: AbortSignal | undefined,
): AsyncIterator<Item> {
  const leaving = new AbortController()
  const items = generate(AbortSignal.any([leaving.signal, ...(signal ? [signal] : [])]))
  let isLeft = false
  return {
    async next() {
      try {
        return await items.next()
      } catch (error) {
        leaving.abort()
        if (isLeft) return { done: true, value: undefined }
        throw error
      }
    },
    return() {
      isLeft = true
      leaving.abort()
      return items.return(undefined)
    },
  }
}

/** The stream that was asked for. Throws a `RequestError` where the gateway refused to open one. */
export async function requireStream(response: Response): Promise<ReadableStream<Uint8Array>> {
  const body = streamOf(response)
  if (response.ok && body !== undefined) return body
  throw new RequestError({ status: response.status, ...(await readBody(response)) })
}

/** Reads the whole answer, which frees its connection. */
export async function refusal(response: Response): Promise<Break> {
  const { status } = response
  const cause = await readBody(response).then(
    (body) => new RequestError({ status, ...body }),
    (error: unknown) => error,
  )
  return { retryAfterMs: retryAfterMs(response), cause }
}

/** Throws what coming again can't mend. */
export function breakOf({ errors = [] }: StreamPart<unknown>): Break {
  const cause = new RequestError({ status: 200, errors, data: null })
  const [error] = errors
  if (error === undefined) throw cause
  if (hasCode(error, 'STREAM_ENDED') || hasCode(error, 'STREAM_LAGGED'))
    return { resumeAfter: error.extensions.resumeAfter, cause }
  // The token has expired while the stream was open. The headers may have another by now; else the gateway refuses them.
  if (hasCode(error, 'UNAUTHENTICATED')) return { cause }
  throw cause
}
