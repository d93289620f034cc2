import type { Leases } from '../leases.ts'
import type { Connection } from './connection.ts'
import { RELEASE, TAKE } from './scripts.ts'

/** Leases that all instances share. While Redis is down, each instance uses its own leases, `local`. */
export function createRedisLeases(connection: Connection, prefix: string, local: Leases): Leases {
  const keyOf = (account: string, name: string) => `${prefix}{${account}}:lease:${name}`
  return {
    async take(account, name, holder, ttlMs) {
      const taken = await connection.run((redis) => redis.eval(TAKE, 1, keyOf(account, name), holder, ttlMs))
      return taken === undefined ? local.take(account, name, holder, ttlMs) : taken === 1
    },
    async holds(account, name, holder) {
      const current = await connection.run((redis) => redis.get(keyOf(account, name)))
      return current === undefined ? local.holds(account, name, holder) : current === holder
    },
    async release(account, name, holder) {
      await connection.run((redis) => redis.eval(RELEASE, 1, keyOf(account, name), holder))
      await local.release(account, name, holder)
    },
  }
}
