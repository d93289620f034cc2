import { Redis } from 'ioredis'

export interface ConnectionOptions {
  /** `redis://`, or `rediss://` for TLS, with user and password where there are any. */
  readonly url: string
  /** The timeout of a command, in milliseconds. */
  readonly timeoutMs: number
  /** The time between two probes, whether Redis is up or down, in milliseconds. */
  readonly retryMs: number
  /** A write, because a full Redis, or a replica, answers reads and refuses writes. */
  readonly probe: (redis: Redis) => Promise<unknown>
  readonly monotonic: () => number
  /** Called with each new state, also with the first. */
  readonly onChange: (state: 'up' | 'down') => void
}

/** Writes that were not possible while Redis was down. They are sent before it counts as up again. */
export interface Backlog {
  isEmpty(): boolean
  /** Sends some of the writes, or all. Rejects where Redis is down again. */
  send(redis: Redis): Promise<unknown>
}

export interface Connection {
  readonly isUp: () => boolean
  /** Whether Redis has been up without a break since that instant of the monotonic clock. */
  readonly wasUpSince: (since: number) => boolean
  /**
   * Undefined while Redis is down, so that nothing waits for it. Resolves to undefined where Redis does not answer in time: from
   * then on it counts as down.
   */
  run<Answer>(command: (redis: Redis) => Promise<Answer>): Promise<Answer | undefined> | undefined
  readonly beforeUp: (backlog: Backlog) => void
  /** A separate connection, for blocking commands. */
  duplicate(): Redis
  close(): Promise<void>
}

/** After so many probes without an answer, the other end may be lost without having closed the connection. */
const MAX_UNANSWERED = 5

/** The connection for the commands of operations. Its timeouts are its own, as a late timer of a busy process proves nothing. */
export function connect(options: ConnectionOptions): Connection {
  const { url, timeoutMs, retryMs, probe, monotonic, onChange } = options
  const redis = new Redis(url, {
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 1000,
    // It sends INFO, which many users may not, and prints a warning. The probe checks more.
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: (times) => Math.min(retryMs, 50 * 2 ** times),
  })
  const backlogs: Backlog[] = []
  let state: 'up' | 'down' | undefined
  let upSince = Number.POSITIVE_INFINITY
  let isChecking = false
  let unanswered = 0
  let isClosed = false

  // The messages of errors contain host names. The state is enough.
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
      // No operation waits for a probe. A Redis that answers operations too late is noticed by those.
      await within(probe(redis), state === 'up' ? retryMs : timeoutMs)
      unanswered = 0
      // No turn of the event loop may pass between the last check and `become`: a write that fails then would wait for the next probe.
      for (let backlog = unsent(); backlog !== undefined; backlog = unsent())
        await within(backlog.send(redis), timeoutMs)
      become('up')
    } catch (error) {
      become('down')
      unanswered = error instanceof LateError ? unanswered + 1 : 0
      if (unanswered >= MAX_UNANSWERED) reconnect()
    } finally {
      isChecking = false
    }
  }

  function unsent(): Backlog | undefined {
    return backlogs.find((backlog) => !backlog.isEmpty())
  }

  function reconnect(): void {
    unanswered = 0
    if (!isClosed) redis.disconnect(true)
  }

  return {
    isUp: () => state === 'up',
    wasUpSince: (since) => since > upSince,
    run(command) {
      if (state !== 'up') return undefined
      return within(command(redis), timeoutMs).catch(() => {
        become('down')
        return undefined
      })
    },
    beforeUp: (backlog) => void backlogs.push(backlog),
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

/** A timer that is later than this proves that the process was busy, and nothing about Redis. */
const BUSY_MS = 5
const MAX_WAITS = 3
/**
 * The turns of the event loop that an answer may take after the timeout, for buffered commands to be sent and received answers to be
 * read. In an idle process they take no time.
 */
const MAX_TURNS = 5

/**
 * Rejects where the answer does not arrive in time. If this process was busy, it waits again, a few times, because a long turn of the
 * event loop delays the sending of the command and the reading of its answer.
 */
async function within<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  let waits = 0
  function wait(): void {
    const dueAt = performance.now() + ms
    waits += 1
    timer = setTimeout(() => {
      if (waits < MAX_WAITS && performance.now() - dueAt > BUSY_MS) wait()
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
