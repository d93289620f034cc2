import { createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { KeptReply, Replies, ReplyName } from '../replies.ts'
import type { Connection } from './connection.ts'
import type { RedisEpochs } from './epochs.ts'
import { KEEP_REPLY } from './scripts.ts'
import { createSeal, type Seal } from './seal.ts'

export interface RedisRepliesOptions {
  readonly connection: Connection
  readonly prefix: string
  readonly epochs: Pick<RedisEpochs, 'sharedOf' | 'sharedChangesSince'>
}

/** Bound to each sealed reply: a release with another format can't open it. */
const FORMAT = 1
/** A longer reply would keep Redis busy for so long that operations wait. */
const MAX_LENGTH = 300_000
const MAX_CREDENTIALS = 1000

/**
 * Answers in Redis. Each is a hash of the epoch, the time of the request, and the sealed answer. The key contains a keyed hash of the
 * request, and the seal is bound to the key and the epoch, so that no answer can be replaced by another.
 */
export function createRedisReplies({ connection, prefix, epochs }: RedisRepliesOptions): Replies {
  const seals = new LRUCache<string, Seal>({ max: MAX_CREDENTIALS })

  function sealOf(credential: string): Seal {
    const known = seals.get(credential)
    if (known !== undefined) return known
    const seal = createSeal([credential])
    seals.set(credential, seal)
    return seal
  }

  function keyOf({ account, text, credential }: ReplyName): string {
    return `${prefix}{${account}}:reply:${createHmac('sha256', credential).update(text).digest('base64url')}`
  }

  return {
    areShared: true,
    epochOf: (account, scope) => (connection.isUp() ? epochs.sharedOf(account, scope) : undefined),
    async find(name) {
      const key = keyOf(name)
      const found = await connection.run((redis) => redis.hmget(key, 'e', 't', 'r'))
      const [epoch, requestedAt, sealed] = found ?? []
      if (epoch == null || requestedAt == null || sealed == null) return undefined
      const changes = await epochs.sharedChangesSince(name.account, name.scope, epoch)
      const value = changes && sealOf(name.credential).open(sealed, placeOf(key, epoch, requestedAt))
      return value === undefined
        ? undefined
        : { value, requestedAt: Number(requestedAt), changes: changes ?? [] }
    },
    keep(name, { value, requestedAt, epoch }, lifeMs) {
      const key = keyOf(name)
      const sealed = sealOf(name.credential).close?.(value, placeOf(key, epoch, requestedAt)) ?? ''
      if (sealed.length > MAX_LENGTH) return
      void connection.run((redis) => redis.eval(KEEP_REPLY, 1, key, requestedAt, epoch, sealed, lifeMs))
    },
  }
}

function placeOf(key: string, epoch: string, requestedAt: KeptReply['requestedAt'] | string): string {
  return `${FORMAT} ${key} ${epoch} ${requestedAt}`
}
