import type { Dispatcher } from 'undici'
import type { Ending } from '../ending.ts'
import {
  connectionBroken,
  noConnection,
  operationEnded,
  responseTimedOut,
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
 * Sends one request and collects its response. Rejects with an `UpstreamError` whose `progress` says how far the request got.
 * After `timeoutMs`, or at the ending, a request that was sent fails with UPSTREAM_TIMEOUT; a request that was still waiting
 * for its connection counts as not sent.
 *
 * Uses undici's `dispatch`, because undici's `request` requires an AbortSignal and creates a stream for every response.
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
      else reject(responseTimedOut())
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
        // undici starts a request once its connection is ready, so without `connection` no part of the request was sent.
        reject(connection === undefined ? noConnection() : connectionError(error))
      },
    })
  })
}

const GIVEN_UP = new DOMException('The operation no longer waits for the response.', 'AbortError')

/** Without the cause: its message may contain an address or a part of the request. */
function connectionError(error: unknown): UpstreamError {
  const { code = '' } = error as NodeJS.ErrnoException
  return code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? responseTooLarge() : connectionBroken()
}
