import type { Dispatcher } from 'undici'
import type { Ending } from '../ending.ts'
import {
  connectionBroken,
  noConnection,
  operationEnded,
  responseLate,
  responseTooLarge,
  type UpstreamError,
} from '../errors.ts'
import type { ResponseHeaders } from './headers.ts'

export interface RawResponse {
  readonly status: number
  readonly headers: ResponseHeaders
  readonly body: Buffer
}

export interface DispatchOptions {
  readonly message: Dispatcher.DispatchOptions
  readonly ending: Ending
  /** One total time for the exchange, headers and body, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * Sends one request and collects its response. Rejects with an `UpstreamError` that says how far the request got. Once
 * `timeoutMs` are over, or the ending has come, a request that was sent is UPSTREAM_TIMEOUT; one that was still waiting for
 * its connection was not sent.
 *
 * It uses undici's `dispatch`, because its `request` wants an AbortSignal and makes a stream of every response.
 */
export function dispatch(
  pool: Pick<Dispatcher, 'dispatch'>,
  { message, ending, timeoutMs }: DispatchOptions,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    if (ending.aborted) return reject(operationEnded())
    let connection: Dispatcher.DispatchController | undefined
    let isLate = false
    let status = 0
    let headers: ResponseHeaders = {}
    const chunks: Buffer[] = []

    const timer = setTimeout(giveUp, timeoutMs)
    const listener = { handleEvent: giveUp }
    ending.addEventListener('abort', listener)

    function giveUp(): void {
      isLate = true
      stopWaiting()
      if (connection === undefined) reject(ending.aborted ? operationEnded() : noConnection())
      else reject(responseLate())
      connection?.abort(GIVEN_UP)
    }
    function stopWaiting(): void {
      clearTimeout(timer)
      ending.removeEventListener('abort', listener)
    }

    pool.dispatch(message, {
      onRequestStart(controller) {
        connection = controller
        if (isLate) controller.abort(GIVEN_UP)
      },
      onResponseStart(_controller, receivedStatus, receivedHeaders) {
        status = receivedStatus
        headers = receivedHeaders
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk)
      },
      onResponseEnd() {
        stopWaiting()
        resolve({ status, headers, body: Buffer.concat(chunks) })
      },
      onResponseError(_controller, error) {
        stopWaiting()
        // undici starts a request once its connection is ready: before that, nothing of it was sent.
        reject(connection === undefined ? noConnection() : connectionError(error))
      },
    })
  })
}

const GIVEN_UP = new DOMException('Nobody waits for the answer.', 'AbortError')

/** The cause stays behind: its message may hold an address or a piece of what was sent. */
function connectionError(error: unknown): UpstreamError {
  const { code = '' } = error as NodeJS.ErrnoException
  return code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? responseTooLarge() : connectionBroken()
}
