import type { Dispatcher } from 'undici'
import type { Ending, EndingListener } from '../ending.ts'
import { UpstreamError } from '../errors.ts'
import type { Receiver, Reply } from '../pipe/pipe.ts'
import type { AnswerHeaders } from './headers.ts'

export interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly chunks: readonly Buffer[]
  /** How long its body is. */
  readonly bytes: number
}

/**
 * Sends one request, takes its answer as it comes, and tells what is read of it. The error is an `UpstreamError`, or what
 * reading threw: late once `timeoutMs` are over, or the ending has come.
 */
export function dispatch(
  pool: Pick<Dispatcher, 'dispatch'>,
  message: Dispatcher.DispatchOptions,
  ending: Ending,
  timeoutMs: number,
  read: (answer: Answer) => Reply,
  receiver: Receiver,
): void {
  const answer = new IncomingAnswer(ending, timeoutMs, read, receiver)
  if (ending.aborted) answer.handleEvent()
  else pool.dispatch(message, answer)
}

/**
 * By undici's `dispatch` and a timer of our own: its `request` makes a stream of every answer, and together with two
 * composed signals for each call that was a fifth of what 25 calls cost. A class, as hundreds may be in the air: their
 * functions are not made for each of them, which was a tenth of what is held for them.
 */
class IncomingAnswer implements Answer, Dispatcher.DispatchHandler, EndingListener {
  status = 0
  headers: AnswerHeaders = {}
  readonly chunks: Buffer[] = []
  bytes = 0
  private isLate = false
  private connection: Dispatcher.DispatchController | undefined
  private readonly ending: Ending
  private readonly timer: NodeJS.Timeout
  private readonly read: (answer: Answer) => Reply
  private readonly receiver: Receiver

  constructor(ending: Ending, timeoutMs: number, read: (answer: Answer) => Reply, receiver: Receiver) {
    this.ending = ending
    this.read = read
    this.receiver = receiver
    this.timer = setTimeout(giveUp, timeoutMs, this)
    ending.addEventListener('abort', this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.connection = controller
    if (this.isLate) controller.abort(GIVEN_UP)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.status = status
    this.headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk)
    this.bytes += chunk.length
  }

  onResponseEnd(): void {
    if (this.isLate) return
    this.end()
    let reply: Reply
    try {
      reply = this.read(this)
    } catch (error) {
      this.receiver.onError(error)
      return
    }
    this.receiver.onReply(reply)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.isLate) return
    this.end()
    this.receiver.onError(transportError(error))
  }

  handleEvent(): void {
    this.isLate = true
    this.end()
    this.receiver.onError(new UpstreamError(...LATE, {}, undefined, 'sent'))
    this.connection?.abort(GIVEN_UP)
  }

  private end(): void {
    clearTimeout(this.timer)
    this.ending.removeEventListener('abort', this)
  }
}

function giveUp(answer: IncomingAnswer): void {
  answer.handleEvent()
}

/** The cause stays behind: its message may hold an address or a piece of what was sent. */
function transportError(error: unknown): UpstreamError {
  const { code: cause = '' } = error as NodeJS.ErrnoException
  const [code, message] = cause === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? TOO_LARGE : BROKEN
  return new UpstreamError(code, message, {}, undefined, NEVER_CONNECTED.has(cause) ? 'refused' : 'sent')
}

/** Heard only by whoever traces undici. */
const GIVEN_UP = new DOMException('Nobody waits for the answer.', 'AbortError')

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
