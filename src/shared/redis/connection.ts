import { Redis } from 'ioredis'

export interface ConnectionOptions {
  /** `redis://`, or `rediss://` for TLS, with user and password where there are any. */
  readonly url: string
  /** How long a read may wait for Redis, in milliseconds. */
  readonly timeoutMs: number
  /** How often Redis is probed, whether it is up or away, in milliseconds. */
  readonly retryMs: number
  /** A write: a Redis that is full, or a replica, answers reads and forgets what it should be told. */
  readonly probe: (redis: Redis) => Promise<unknown>
  readonly monotonic: () => number
  /** Called when Redis is found to be up or away, the first time too. */
  readonly onChange: (state: 'up' | 'down') => void
}

/** What Redis has to be told before it counts as back. */
export interface Debt {
  isPaid(): boolean
  /** Pays some of it, or all. Rejects where Redis is away again. */
  pay(redis: Redis): Promise<unknown>
}

export interface Connection {
  readonly isUp: () => boolean
  /** Whether it has been up at all times since that instant of the monotonic clock. */
  readonly wasUpSince: (since: number) => boolean
  /**
   * Undefined while Redis is away: nothing waits for it then. Resolves to undefined where it does not answer in time, and
   * from then on it counts as away.
   */
  ask<Answer>(command: (redis: Redis) => Promise<Answer>): Promise<Answer | undefined> | undefined
  readonly beforeUp: (debt: Debt) => void
  /** Another connection, for commands that wait on purpose. */
  duplicate(): Redis
  close(): Promise<void>
}

/** So many probes in a row without an answer: what is on the other end may be gone without a word. */
const MAX_UNANSWERED = 5

/** The one connection for what is asked on the way of an operation. Its own timer, because a late one is no proof. */
export function connect(options: ConnectionOptions): Connection {
  const { url, timeoutMs, retryMs, probe, monotonic, onChange } = options
  const redis = new Redis(url, {
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 1000,
    // It would ask INFO, which few users may, and print a warning of its own. The probe checks more.
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: (times) => Math.min(retryMs, 50 * 2 ** times),
  })
  const debts: Debt[] = []
  let state: 'up' | 'down' | undefined
  let upSince = Number.POSITIVE_INFINITY
  let isChecking = false
  let unanswered = 0
  let isClosed = false

  // Its messages name hosts; the state says enough.
  redis.on('error', () => {})
  redis.on('ready', () => void check())
  redis.on('close', () => become('down'))
  const timer = setInterval(() => void check(), retryMs)
  timer.unref()

  function become(next: 'up' | 'down'): void {
    if (state === next || isClosed) return
    state = next
    upSince = next === 'up' ? monotonic() : Number.POSITIVE_INFINITY
    onChange(next)
  }

  async function check(): Promise<void> {
    if (isChecking) return
    isChecking = true
    try {
      // No operation waits for this one. What does not answer an operation in time is found out by that.
      await within(probe(redis), state === 'up' ? retryMs : timeoutMs)
      unanswered = 0
      // Nothing may come between the last look and the change: what is owed meanwhile would never be paid.
      for (let debt = unpaid(); debt !== undefined; debt = unpaid()) await within(debt.pay(redis), timeoutMs)
      become('up')
    } catch (error) {
      become('down')
      unanswered = error instanceof LateError ? unanswered + 1 : 0
      if (unanswered >= MAX_UNANSWERED) reconnect()
    } finally {
      isChecking = false
    }
  }

  function unpaid(): Debt | undefined {
    return debts.find((debt) => !debt.isPaid())
  }

  function reconnect(): void {
    unanswered = 0
    if (!isClosed) redis.disconnect(true)
  }

  return {
    isUp: () => state === 'up',
    wasUpSince: (since) => since > upSince,
    ask(command) {
      if (state !== 'up') return undefined
      return within(command(redis), timeoutMs).catch(() => {
        become('down')
        return undefined
      })
    },
    beforeUp: (debt) => void debts.push(debt),
    duplicate: () => {
      const other = redis.duplicate({ enableAutoPipelining: false })
      other.on('error', () => {})
      return other
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      redis.disconnect()
    },
  }
}

class LateError extends Error {}

/** A timer that is later than this says that the process was busy, and nothing of Redis. */
const BUSY_MS = 5
const MOST_WAITS = 3
/**
 * Turns of the event loop that an answer may take beyond its time: to send what waits for what was sent before it, and to
 * read what has arrived. An idle loop takes no time for them.
 */
const MAX_TURNS = 5

/**
 * Rejects where the answer does not come in time. Where this process was busy meanwhile, it waits anew, a few times: a
 * long turn of the event loop keeps the command from leaving, and its answer from being read.
 */
async function within<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  let waits = 0
  function wait(): void {
    const dueAt = performance.now() + ms
    waits += 1
    timer = setTimeout(() => {
      if (waits < MOST_WAITS && performance.now() - dueAt > BUSY_MS) wait()
      else afterTurns(MAX_TURNS, () => reject(new LateError('Redis does not answer in time')))
    }, ms)
  }
  wait()
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function afterTurns(count: number, act: () => void): void {
  if (count === 0) act()
  else setImmediate(() => afterTurns(count - 1, act))
}
