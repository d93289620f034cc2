import { hasCode, RequestError } from '../errors.ts'
import { readBody, type StreamPart, streamOf } from '../response.ts'
import { retryAfterMs } from './pause.ts'

/** The end of a stream after which the client opens the next stream. */
export interface Interruption {
  /** The sequence at which the stream ended, where the gateway states it. */
  readonly resumeAfter?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The gateway is overloaded or unreachable: the operation itself may succeed later. */
export function isUnavailable({ status }: Response): boolean {
  return [429, 502, 503, 504].includes(status)
}

/**
 * An iterable that runs the generator for each iteration. `return()` takes effect immediately: that of a generator alone
 * waits for a pending `next()`.
 */
export function cancellable<Item>(
  generate: (signal: AbortSignal) => AsyncGenerator<Item, undefined, void>,
  signal: AbortSignal | undefined,
): AsyncIterable<Item> {
  return { [Symbol.asyncIterator]: () => iterate(generate, signal) }
}

function iterate<Item>(
  generate: (signal: AbortSignal) => AsyncGenerator<Item, undefined, void>,
  signal: AbortSignal | undefined,
): AsyncIterator<Item> {
  const ending = new AbortController()
  const items = generate(AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]))
  let hasReturned = false
  return {
    async next() {
      try {
        return await items.next()
      } catch (error) {
        ending.abort()
        if (hasReturned) return { done: true, value: undefined }
        throw error
      }
    },
    return() {
      hasReturned = true
      ending.abort()
      return items.return(undefined)
    },
  }
}

/** The body of an open stream. Throws a `RequestError` where the gateway refused to open one. */
export async function requireStream(response: Response): Promise<ReadableStream<Uint8Array>> {
  const body = streamOf(response)
  if (response.ok && body !== undefined) return body
  throw new RequestError({ status: response.status, ...(await readBody(response)) })
}

/** Reads the complete answer, which frees its connection. */
export async function readRefusal(response: Response): Promise<Interruption> {
  const { status } = response
  const cause = await readBody(response).then(
    (body) => new RequestError({ status, ...body }),
    (error: unknown) => error,
  )
  return { retryAfterMs: retryAfterMs(response), cause }
}

/** The interruption that the last part of a stream describes. Throws where a reconnection can't help. */
export function interruptionOf({ errors = [] }: StreamPart<unknown>): Interruption {
  const cause = new RequestError({ status: 200, errors, data: null })
  const [error] = errors
  if (error === undefined) throw cause
  if (hasCode(error, 'STREAM_ENDED') || hasCode(error, 'STREAM_LAGGED'))
    return { resumeAfter: error.extensions.resumeAfter, cause }
  // The token has expired during the stream. Unless the headers have a new one, the gateway refuses the next stream.
  if (hasCode(error, 'UNAUTHENTICATED')) return { cause }
  throw cause
}
