import type { UpstreamError } from '../errors.ts'
import type { Exchange, Operation, Receiver, Reply, RestRequest } from '../pipe/pipe.ts'

/** Stands beside the exchanges, and is asked before each of them and told after it. */
export interface Watch {
  /** The error is why there must be no exchange now. */
  readonly before: (request: RestRequest, operation: Operation) => UpstreamError | undefined
  readonly onReply: (reply: Reply, request: RestRequest, operation: Operation) => void
  /** Told of every failure that comes from behind it. Gives the error to pass on. */
  readonly onError: (error: unknown, request: RestRequest, operation: Operation) => unknown
}

/** Several watches around an exchange, the first one the outermost. */
export function watched(watches: readonly Watch[], next: Exchange): Exchange {
  return (request, operation, receiver) => {
    const watching = new Watching(watches, request, operation, receiver)
    for (let index = 0; index < watches.length; index++) {
      const refusal = watches[index]?.before(request, operation)
      if (refusal !== undefined) return watching.fail(refusal, index)
    }
    next(request, operation, watching)
  }
}

class Watching implements Receiver {
  private readonly watches: readonly Watch[]
  private readonly request: RestRequest
  private readonly operation: Operation
  private readonly receiver: Receiver

  constructor(watches: readonly Watch[], request: RestRequest, operation: Operation, receiver: Receiver) {
    this.watches = watches
    this.request = request
    this.operation = operation
    this.receiver = receiver
  }

  onReply(reply: Reply): void {
    for (let index = this.watches.length - 1; index >= 0; index--)
      this.watches[index]?.onReply(reply, this.request, this.operation)
    this.receiver.onReply(reply)
  }

  onError(error: unknown): void {
    this.fail(error, this.watches.length)
  }

  /** Tells those in front of the one that it comes from. */
  fail(error: unknown, from: number): void {
    const { request, operation } = this
    const told = this.watches
      .slice(0, from)
      .reduceRight((last, watch) => watch.onError(last, request, operation), error)
    this.receiver.onError(told)
  }
}
