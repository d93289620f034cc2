import { Agent, errors, request as exchange } from 'undici'
import { openEnvelope, type RawAnswer } from './envelope.ts'
import { UpstreamError } from './errors.ts'
import { type Operation, type RestRequest, type Send, signalOf } from './pipe.ts'

interface WireOptions {
  /** Base URL of the REST API, with its path. */
  readonly url: string
  /** One total time for an exchange, headers and body, in milliseconds. */
  readonly timeoutMs: number
}

/** A page of 100 whole appointments is about 100 kB; no honest answer comes near this. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** HTTP, and nothing else: one call is one exchange. */
export function createWire(options: WireOptions): { send: Send; close: () => Promise<void> } {
  const base = options.url.replace(/\/+$/, '')
  const dispatcher = new Agent({
    connections: 64,
    maxResponseSize: MAX_ANSWER_BYTES,
    // undici's own timers are a second coarse: the deadline is the signal's.
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  async function send(request: RestRequest, operation: Operation) {
    const deadline = AbortSignal.timeout(options.timeoutMs)
    return openEnvelope(await ask(request, operation, deadline))
  }

  async function ask(request: RestRequest, operation: Operation, deadline: AbortSignal): Promise<RawAnswer> {
    try {
      const { statusCode, headers, body } = await exchange(urlOf(base, request), {
        method: request.method,
        headers: headersOf(request, operation),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: AbortSignal.any([deadline, signalOf(request, operation)]),
        dispatcher,
      })
      return { status: statusCode, headers, body: await body.text() }
    } catch (error) {
      throw transportError(error, deadline.aborted || signalOf(request, operation).aborted)
    }
  }

  return { send, close: () => dispatcher.close() }
}

function urlOf(base: string, request: RestRequest): string {
  return request.query ? `${base}${request.path}?${request.query}` : base + request.path
}

function headersOf(request: RestRequest, operation: Operation): Record<string, string> {
  return {
    accept: 'application/json',
    'x-request-id': operation.requestId,
    ...(operation.credential !== null && { authorization: operation.credential }),
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
    ...(request.idempotencyKey !== undefined && { 'idempotency-key': request.idempotencyKey }),
  }
}

/** The cause stays behind: its message may hold an address or a piece of what was sent. */
function transportError(error: unknown, isLate: boolean): UpstreamError {
  const isRefused = NEVER_CONNECTED.has((error as NodeJS.ErrnoException).code ?? '')
  const [code, message] = isLate
    ? LATE
    : error instanceof errors.ResponseExceededMaxSizeError
      ? TOO_LARGE
      : BROKEN
  return new UpstreamError(code, message, {}, undefined, isRefused ? 'refused' : 'sent')
}

const LATE = ['UPSTREAM_TIMEOUT', 'The upstream did not answer in time.'] as const
const TOO_LARGE = [
  'UPSTREAM_INVALID_RESPONSE',
  'The upstream answered more than the gateway is willing to read.',
] as const
const BROKEN = [
  'UPSTREAM_UNAVAILABLE',
  'The upstream could not be reached, or broke off its answer.',
] as const

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])
