import { sign } from '../../events/signature.ts'
import type { Fault, FaultQueue } from '../faults/queue.ts'
import type { OnError } from '../http/error-handler.ts'
import type { SandboxDelivery, WebhookKnobs } from '../options.ts'
import type { Delivery, Outbox } from './outbox.ts'
import { post } from './post.ts'

/** The first try and five retries. */
const MAX_TRIES = 6

/** How many deliveries of one lane may be in flight. One keeps them in order. */
const AT_ONCE = { kept: 1, shuffled: 4 } as const

export interface DelivererOptions {
  readonly outbox: Outbox
  readonly knobs: WebhookKnobs
  /** Dates the signatures. */
  readonly clock: () => Date
  /** `undefined` if there are no faults on request. */
  readonly faults: FaultQueue | undefined
  readonly onDelivery: (delivery: SandboxDelivery) => void
  readonly onError: OnError
  /** How long a receiver has for its answer. */
  readonly timeoutMs: number
}

interface Lane {
  readonly inFlight: Set<number>
  /** The faults of deliveries that wait for the end of their `delay_ms`. */
  readonly delayed: Map<number, Fault>
  timer: NodeJS.Timeout | undefined
}

/**
 * Sends what is in the outbox. A delivery stays there until its receiver has answered 2xx, so that one that is in flight
 * when the process dies is sent again. A failed one waits twice as long each time, and later ones of its lane go first.
 */
export function createDeliverer(options: DelivererOptions) {
  const { outbox, knobs, clock, faults, onDelivery, onError, timeoutMs } = options
  const lanes = new Map<string, Lane>()
  const awake = new Set<string>()
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()

  /** Starts what is due in a lane, and sets its timer for what is due later. */
  function pump(name: string): void {
    if (stopping.signal.aborted) return
    const lane = lanes.get(name) ?? { inFlight: new Set(), delayed: new Map(), timer: undefined }
    lanes.set(name, lane)
    clearTimeout(lane.timer)
    try {
      fill(name, lane)
    } catch (error) {
      onError(error)
      pumpIn(name, lane, knobs.webhookRetryMs)
    }
  }

  function pumpIn(name: string, lane: Lane, ms: number): void {
    clearTimeout(lane.timer)
    lane.timer = setTimeout(() => pump(name), ms).unref()
  }

  function fill(name: string, lane: Lane): void {
    while (lane.inFlight.size < AT_ONCE[knobs.webhookOrder]) {
      const delivery = outbox.next(name, lane.inFlight)
      if (!delivery) {
        if (lane.inFlight.size === 0) lanes.delete(name)
        return
      }
      const wait = delivery.dueAt - Date.now()
      if (wait > 0) {
        pumpIn(name, lane, wait)
        return
      }
      const fault = takeFault(lane, delivery)
      if (fault !== 'delayed') start(name, lane, delivery, fault)
    }
  }

  /** The fault of this try. A delivery that a fault delays goes back to the outbox first, so that others pass it. */
  function takeFault(lane: Lane, { id, tries, headers }: Delivery): Fault | 'delayed' | undefined {
    const delayed = lane.delayed.get(id)
    lane.delayed.delete(id)
    if (delayed) return delayed
    const fault = faults?.take('webhook')
    if (!fault?.delay_ms) return fault
    lane.delayed.set(id, fault)
    outbox.postpone(id, { tries, headers, dueAt: Date.now() + fault.delay_ms })
    return 'delayed'
  }

  function start(name: string, lane: Lane, delivery: Delivery, fault: Fault | undefined): void {
    lane.inFlight.add(delivery.id)
    const run = attempt(delivery, fault)
      .then(
        () => lane.inFlight.delete(delivery.id) && pump(name),
        (error: unknown) => {
          onError(error)
          lane.inFlight.delete(delivery.id)
          // The outbox could not be written: it would offer the same delivery again at once.
          if (!stopping.signal.aborted) pumpIn(name, lane, knobs.webhookRetryMs)
        },
      )
      .then(() => void running.delete(run))
    running.add(run)
  }

  async function attempt(delivery: Delivery, fault: Fault | undefined): Promise<void> {
    const { id, webhookId: webhook, eventId: event, tries } = delivery
    const report = (status: number, outcome: SandboxDelivery['outcome']) =>
      onDelivery({ webhook, event, attempt: tries + 1, status, outcome })
    if (fault?.drop === 'before') {
      outbox.remove(id)
      return report(0, 'lost')
    }
    const headers = delivery.headers ?? signed(delivery)
    let status = await send(delivery, headers)
    for (let copies = fault?.duplicate ?? 0; copies > 0 && !stopping.signal.aborted; copies -= 1)
      status = await send(delivery, knobs.webhookResign === 'first' ? headers : signed(delivery))
    if (stopping.signal.aborted) return
    if (status >= 200 && status < 300 && fault?.drop !== 'after') {
      outbox.remove(id)
      return report(status, 'delivered')
    }
    if (tries + 1 === MAX_TRIES) {
      outbox.remove(id)
      return report(status, 'given_up')
    }
    outbox.postpone(id, {
      tries: tries + 1,
      dueAt: Date.now() + knobs.webhookRetryMs * 2 ** tries,
      headers: knobs.webhookResign === 'first' ? headers : null,
    })
    report(status, 'retrying')
  }

  function send({ url, body }: Delivery, headers: Readonly<Record<string, string>>): Promise<number> {
    return post({ url, headers, body, timeoutMs, stopping: stopping.signal })
  }

  function signed({ secret, body }: Delivery): Readonly<Record<string, string>> {
    const timestamp = Math.floor(clock().getTime() / 1000)
    return sign({ secret, style: knobs.webhookSignature, timestamp, body })
  }

  return {
    /** Takes up what an earlier process left. */
    start(): void {
      for (const lane of outbox.lanes()) pump(lane)
    },

    /** Looks at the lane in the next turn: the transaction that wrote the delivery has ended then. */
    wake(lane: string): void {
      if (awake.size === 0)
        setImmediate(() => {
          const names = [...awake]
          awake.clear()
          for (const name of names) pump(name)
        })
      awake.add(lane)
    },

    /** Ends what is in flight. It stays in the outbox, like what waits. */
    async close(): Promise<void> {
      stopping.abort()
      for (const { timer } of lanes.values()) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
