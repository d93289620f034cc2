import { Redis } from 'ioredis'

export interface ConnectionOptions {
  /** `redis://`, or `rediss://` for TLS, with user and password where there are any. */
  readonly url: string
  /** How long a read may wait for Redis, in milliseconds. */
  readonly timeoutMs: number
  /** How often a Redis that does not answer is asked again, in milliseconds. */
  readonly retryMs: number
  readonly onChange: (state: 'up' | 'down') => void
}

export interface Connection {
  readonly isUp: () => boolean
  /**
   * Undefined while Redis is away: nothing waits for it then. Resolves to undefined where it does not answer in time, and
   * from then on it counts as away.
   */
  ask<Answer>(command: (redis: Redis) => Promise<Answer>): Promise<Answer | undefined> | undefined
  /** Done each time that Redis is back, before it counts as up. Rejects where it is away again. */
  readonly beforeUp: (pay: (redis: Redis) => Promise<unknown>) => void
  /** Another connection, for commands that wait on purpose. */
  duplicate(): Redis
  close(): Promise<void>
}

/** The one connection for what is asked on the way of an operation. Its own timer, because a late one is no proof. */
export function connect({ url, timeoutMs, retryMs, onChange }: ConnectionOptions): Connection {
  const redis = new Redis(url, {
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 1000,
    retryStrategy: (times) => Math.min(retryMs, 50 * 2 ** times),
  })
  const payments: ((redis: Redis) => Promise<unknown>)[] = []
  let state: 'up' | 'down' = 'down'
  let isComing = false
  let isClosed = false

  // Its messages name hosts; the state says enough.
  redis.on('error', () => {})
  redis.on('ready', () => void comeUp())
  redis.on('close', goDown)
  const probe = setInterval(() => void comeUp(), retryMs)
  probe.unref()

  function become(next: 'up' | 'down'): void {
    if (state === next || isClosed) return
    state = next
    onChange(next)
  }

  function goDown(): void {
    become('down')
  }

  async function comeUp(): Promise<void> {
    if (state === 'up' || isComing || redis.status !== 'ready') return
    isComing = true
    try {
      await within(redis.ping(), timeoutMs)
      for (const pay of payments) await within(pay(redis), timeoutMs)
      become('up')
    } catch {
      // The next probe comes.
    } finally {
      isComing = false
    }
  }

  return {
    isUp: () => state === 'up',
    ask(command) {
      if (state === 'down') return undefined
      return within(command(redis), timeoutMs).catch(() => {
        goDown()
        return undefined
      })
    },
    beforeUp: (pay) => void payments.push(pay),
    duplicate: () => {
      const other = redis.duplicate({ enableAutoPipelining: false })
      other.on('error', () => {})
      return other
    },
    async close() {
      isClosed = true
      clearInterval(probe)
      redis.disconnect()
    },
  }
}

/**
 * Rejects where the answer does not come in time. After a long turn of the event loop the timer is due before what has
 * arrived meanwhile is read: so it looks again once that has been done.
 */
async function within<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    setImmediate(() => setImmediate(() => reject(new Error('Redis does not answer in time'))))
  }, ms)
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
