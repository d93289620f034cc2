import { expect, test } from 'vitest'
import { createFeedCache } from '../../../src/server/calendar/feed-cache.ts'
import type { Follower } from '../../../src/shared/event-log.ts'
import { operationOf } from '../../support/rest.ts'
import { NOON } from './clinic.ts'

test('After a loss of the log of changes, calendars are read again, and follow anew', async () => {
  const followers: Follower[] = []
  let reads = 0
  let stops = 0
  const feedCache = createFeedCache({
    read: async () => {
      reads += 1
      return []
    },
    changes: {
      async follow(_after, _by, follower) {
        followers.push(follower)
        return {
          head: '',
          backlog: [],
          stop() {
            stops += 1
          },
        }
      },
      effectOf: () => ({ movement: 'changed', isHidden: false }),
      effectOnceRead: () => undefined,
      isLatest: () => true,
      watch: () => () => {},
    },
    clock: { now: () => NOON, monotonic: () => NOON },
  })
  const read = () => feedCache.get('cli_1', operationOf())
  await read()
  await read()
  expect([reads, followers.length]).toEqual([1, 1])
  followers[0]?.lost()
  await read()
  await read()
  expect([reads, followers.length]).toEqual([2, 2])
  await feedCache.close()
  expect(stops).toBe(1)
})
