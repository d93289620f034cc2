import { Readable } from 'node:stream'
import type { Clock } from '../../rest/clock.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { asGraphQLError, wordResult } from '../errors.ts'
import type { ReportFault } from '../gateway-options.ts'
import { tokenExpired } from '../refusals.ts'
import { type StreamPart, writePart } from './event-results.ts'
import type { StreamFormat } from './formats.ts'
import { once } from './stream-slots.ts'

export interface WriterOptions {
  /** How often a heartbeat is written to an idle stream, in milliseconds. */
  readonly heartbeatMs: number
  readonly reportFault: ReportFault
  readonly clock: Clock
}

/** The source of a stream's parts. */
export interface PartSource {
  /**
   * The next part; undefined where there is nothing to write. `done` at the end of the stream. Rejects with the error that
   * is written as the last part.
   */
  next(): Promise<IteratorResult<StreamPart | undefined, undefined>>
  leave(): void
  /** The last part where the gateway stops. */
  readonly stopped: () => Error
}

export interface WriteOptions {
  readonly format: StreamFormat
  /** When the caller's token expires, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** Releases the slot of the stream. */
  readonly releaseSlot: () => void
}

export interface StreamWriter {
  /** The body of a stream. It ends with its source, when the caller's token expires, and when the client disconnects. */
  write(source: PartSource, options: WriteOptions, operation: Operation): Readable
  /** Ends all streams, each with an error that says that the gateway stops. */
  endAll(): void
}

interface OpenStream {
  beat(): void
  end(error: Error): void
  readonly stopped: () => Error
}

export function createStreamWriter({ heartbeatMs, reportFault, clock }: WriterOptions): StreamWriter {
  const { now } = clock
  const openStreams = new Set<OpenStream>()
  let heartbeat: NodeJS.Timeout | undefined

  function enter(stream: OpenStream): void {
    openStreams.add(stream)
    heartbeat ??= setInterval(() => {
      for (const each of openStreams) each.beat()
    }, heartbeatMs).unref()
  }

  function leaveOpen(stream: OpenStream): void {
    openStreams.delete(stream)
    if (openStreams.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  function partOfError(error: unknown, format: StreamFormat): Buffer {
    return writePart(wordResult({ errors: [asGraphQLError(error)] }, reportFault)).in(format)
  }

  return {
    write(source, { format, expiresAt, releaseSlot }, operation) {
      let isReading = false
      let isOver = false

      /** Writes parts until the body's buffer is full. */
      async function read(): Promise<void> {
        if (isReading) return
        isReading = true
        try {
          for (let hasRoom = true; hasRoom; ) {
            const { value: part, done } = await source.next()
            if (done) return finish(format.closing)
            if (now() >= expiresAt) throw tokenExpired()
            if (isOver || body.destroyed) return
            if (part !== undefined) hasRoom = body.push(part.in(format))
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
        releaseSlot()
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
          // A reader that has not read the previous parts needs no heartbeat.
          else if (body.readableLength === 0 && !isOver) body.push(format.heartbeat)
        },
        end: (error) => finish(partOfError(error, format), format.closing),
        stopped: source.stopped,
      }
      enter(stream)
      body.push(format.opening)
      operation.signal.addEventListener('abort', { handleEvent: () => void body.destroy() })
      if (operation.signal.aborted) body.destroy()
      return body
    },
    endAll() {
      for (const stream of openStreams) stream.end(stream.stopped())
    },
  }
}
