import { Readable } from 'node:stream'
import type { Clock } from '../../rest/clock.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { asGraphQLError, wordResult } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import { tokenExpired } from '../refusals.ts'
import { type StreamPart, writePart } from './event-results.ts'
import type { StreamFormat } from './formats.ts'
import { once } from './places.ts'

export interface WriterOptions {
  /** How often a stream on which nothing happens is written to, in milliseconds. */
  readonly heartbeatMs: number
  readonly reportFault: ReportFault
  readonly clock: Clock
}

/** What a stream is written from. */
export interface PartSource {
  /**
   * The next part, undefined where there is nothing to write; done at the end of the stream. Rejects with what its reader is
   * told at its end.
   */
  next(): Promise<IteratorResult<StreamPart | undefined, undefined>>
  leave(): void
  /** What its reader is told where the gateway stops. */
  readonly stopped: () => Error
}

export interface Writing {
  readonly format: StreamFormat
  /** When the token of the caller ends, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** Gives the place of the stream back. */
  readonly leave: () => void
}

export interface StreamWriter {
  /** The body of a stream: it ends with its source, with the token of its caller, and when its client leaves. */
  write(source: PartSource, writing: Writing, by: Operation): Readable
  /** Tells the readers of all streams that the gateway stops, and ends them. */
  endAll(): void
}

interface OpenStream {
  beat(): void
  end(error: Error): void
  readonly stopped: () => Error
}

export function createStreamWriter({ heartbeatMs, reportFault, clock }: WriterOptions): StreamWriter {
  const { now } = clock
  const open = new Set<OpenStream>()
  let heartbeat: NodeJS.Timeout | undefined

  function enter(stream: OpenStream): void {
    open.add(stream)
    heartbeat ??= setInterval(() => {
      for (const each of open) each.beat()
    }, heartbeatMs).unref()
  }

  function leaveOpen(stream: OpenStream): void {
    open.delete(stream)
    if (open.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  function partOfError(error: unknown, format: StreamFormat): Buffer {
    return writePart(wordResult({ errors: [asGraphQLError(error)] }, reportFault)).in(format)
  }

  return {
    write(source, { format, expiresAt, leave }, by) {
      let isReading = false
      let isOver = false

      /** Writes parts for as long as the reader takes them. */
      async function read(): Promise<void> {
        if (isReading) return
        isReading = true
        try {
          for (let isWanted = true; isWanted; ) {
            const { value: part, done } = await source.next()
            if (done) return finish(format.closing)
            if (now() >= expiresAt) throw tokenExpired()
            if (isOver || body.destroyed) return
            if (part !== undefined) isWanted = body.push(part.in(format))
          }
          isReading = false
        } catch (error) {
          finish(partOfError(error, format), format.closing)
        }
      }

      function finish(...parts: (Buffer | string)[]): void {
        stop()
        if (body.destroyed || body.readableEnded || isOver) return
        isOver = true
        for (const part of parts) body.push(part)
        body.push(null)
      }

      const stop = once(() => {
        leaveOpen(stream)
        source.leave()
        leave()
      })
      const body = new Readable({
        read: () => void read(),
        destroy(error, done) {
          stop()
          done(error)
        },
      })
      const stream: OpenStream = {
        beat() {
          if (now() >= expiresAt) stream.end(tokenExpired())
          // A reader that has not read what is there needs no sign of life.
          else if (body.readableLength === 0 && !isOver) body.push(format.heartbeat)
        },
        end: (error) => finish(partOfError(error, format), format.closing),
        stopped: source.stopped,
      }
      enter(stream)
      body.push(format.opening)
      by.signal.addEventListener('abort', { handleEvent: () => void body.destroy() })
      if (by.signal.aborted) body.destroy()
      return body
    },
    endAll() {
      for (const stream of open) stream.end(stream.stopped())
    },
  }
}
