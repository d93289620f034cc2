import { sign } from '../../events/signature.ts'
import type { Fault, FaultQueue } from '../faults/queue.ts'
import type { OnError } from '../http/error-handler.ts'
import type { SandboxDelivery, WebhookKnobs } from '../options.ts'
import type { Delivery, Outbox } from './outbox.ts'
import { post } from './post.ts'

/** The first attempt and five retries. */
const MAX_ATTEMPTS = 6

/** How many deliveries of one lane may be in flight, by `webhookOrder`. One at a time keeps the order. */
const MAX_IN_FLIGHT = { kept: 1, shuffled: 4 } as const

export interface DelivererOptions {
  readonly outbox: Outbox
  readonly knobs: WebhookKnobs
  /** The time of the signatures. */
  readonly clock: () => Date
  /** `undefined` if faults on request are disabled. */
  readonly faults: FaultQueue | undefined
  readonly onDelivery: (delivery: SandboxDelivery) => void
  readonly onError: OnError
  /** How long an attempt waits for the receiver's answer. */
  readonly timeoutMs: number
}

interface Lane {
  readonly inFlight: Set<number>
  /** The faults of deliveries whose `delay_ms` has not elapsed, by the delivery's id. */
  readonly delayed: Map<number, Fault>
  timer: NodeJS.Timeout | undefined
}

/**
 * Sends the deliveries of the outbox. A delivery stays in the outbox until its receiver has answered 2xx, so that a
 * delivery in flight is sent again after a crash. The wait before a retry doubles each time, and later deliveries of the
 * lane overtake it.
 */
export function createDeliverer(options: DelivererOptions) {
  const { outbox, knobs, clock, faults, onDelivery, onError, timeoutMs } = options
  const lanes = new Map<string, Lane>()
  const lanesToRun = new Set<string>()
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()

  /** Starts the due deliveries of a lane, and sets the lane's timer for the next one. */
  function runLane(name: string): void {
    if (stopping.signal.aborted) return
    const lane = lanes.get(name) ?? { inFlight: new Set(), delayed: new Map(), timer: undefined }
    lanes.set(name, lane)
    clearTimeout(lane.timer)
    try {
      startDueDeliveries(name, lane)
    } catch (error) {
      onError(error)
      runLaneIn(name, lane, knobs.webhookRetryMs)
    }
  }

  function runLaneIn(name: string, lane: Lane, ms: number): void {
    clearTimeout(lane.timer)
    lane.timer = setTimeout(() => runLane(name), ms).unref()
  }

  function startDueDeliveries(name: string, lane: Lane): void {
    while (lane.inFlight.size < MAX_IN_FLIGHT[knobs.webhookOrder]) {
      const delivery = outbox.next(name, lane.inFlight)
      if (!delivery) {
        if (lane.inFlight.size === 0) lanes.delete(name)
        return
      }
      const wait = delivery.dueAt - Date.now()
      if (wait > 0) {
        runLaneIn(name, lane, wait)
        return
      }
      const fault = takeFault(lane, delivery)
      if (fault !== 'delayed') start(name, lane, delivery, fault)
    }
  }

  /** The fault of this attempt. A delivery that a fault delays is postponed in the outbox, so that others overtake it. */
  function takeFault(lane: Lane, { id, failedAttempts, headers }: Delivery): Fault | 'delayed' | undefined {
    const delayed = lane.delayed.get(id)
    lane.delayed.delete(id)
    if (delayed) return delayed
    const fault = faults?.take('webhook')
    if (!fault?.delay_ms) return fault
    lane.delayed.set(id, fault)
    outbox.postpone(id, { failedAttempts, headers, dueAt: Date.now() + fault.delay_ms })
    return 'delayed'
  }

  function start(name: string, lane: Lane, delivery: Delivery, fault: Fault | undefined): void {
    lane.inFlight.add(delivery.id)
    const run = attempt(delivery, fault)
      .then(
        () => lane.inFlight.delete(delivery.id) && runLane(name),
        (error: unknown) => {
          onError(error)
          lane.inFlight.delete(delivery.id)
          // The write to the outbox failed, so the outbox would return the same delivery immediately.
          if (!stopping.signal.aborted) runLaneIn(name, lane, knobs.webhookRetryMs)
        },
      )
      .then(() => void running.delete(run))
    running.add(run)
  }

  async function attempt(delivery: Delivery, fault: Fault | undefined): Promise<void> {
    const { id, webhookId: webhook, eventId: event, failedAttempts } = delivery
    const report = (status: number, outcome: SandboxDelivery['outcome']) =>
      onDelivery({ webhook, event, attempt: failedAttempts + 1, status, outcome })
    if (fault?.drop === 'before') {
      outbox.remove(id)
      return report(0, 'lost')
    }
    const headers = delivery.headers ?? signatureHeaders(delivery)
    let status = await send(delivery, headers)
    for (let copies = fault?.duplicate ?? 0; copies > 0 && !stopping.signal.aborted; copies -= 1)
      status = await send(delivery, knobs.webhookResign === 'first' ? headers : signatureHeaders(delivery))
    if (stopping.signal.aborted) return
    if (status >= 200 && status < 300 && fault?.drop !== 'after') {
      outbox.remove(id)
      return report(status, 'delivered')
    }
    if (failedAttempts + 1 === MAX_ATTEMPTS) {
      outbox.remove(id)
      return report(status, 'given_up')
    }
    outbox.postpone(id, {
      failedAttempts: failedAttempts + 1,
      dueAt: Date.now() + knobs.webhookRetryMs * 2 ** failedAttempts,
      headers: knobs.webhookResign === 'first' ? headers : null,
    })
    report(status, 'retrying')
  }

  function send({ url, body }: Delivery, headers: Readonly<Record<string, string>>): Promise<number> {
    return post({ url, headers, body, timeoutMs, stopping: stopping.signal })
  }

  function signatureHeaders({ secret, body }: Delivery): Readonly<Record<string, string>> {
    const timestamp = Math.floor(clock().getTime() / 1000)
    return sign({ secret, style: knobs.webhookSignature, timestamp, body })
  }

  return {
    /** Resumes the deliveries of an earlier process. */
    start(): void {
      for (const lane of outbox.lanes()) runLane(lane)
    },

    /** Runs the lane in the next turn of the event loop, after the transaction that wrote the delivery. */
    wake(lane: string): void {
      if (lanesToRun.size === 0)
        setImmediate(() => {
          const names = [...lanesToRun]
          lanesToRun.clear()
          for (const name of names) runLane(name)
        })
      lanesToRun.add(lane)
    },

    /** Aborts the deliveries in flight. All pending deliveries stay in the outbox. */
    async close(): Promise<void> {
      stopping.abort()
      for (const { timer } of lanes.values()) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
