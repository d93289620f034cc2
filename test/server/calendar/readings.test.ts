import { expect, test } from 'vitest'
import { createReadings } from '../../../src/server/calendar/readings.ts'
import type { Follower } from '../../../src/shared/event-log.ts'
import { operationOf } from '../../support/rest.ts'
import { NOON } from './clinic.ts'

test('Where the log of changes is lost, calendars are read again, and follow the next', async () => {
  const followers: Follower[] = []
  let reads = 0
  let stops = 0
  const readings = createReadings({
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
  const read = () => readings.of('cli_1', operationOf())
  await read()
  await read()
  expect([reads, followers.length]).toEqual([1, 1])
  followers[0]?.lost()
  await read()
  await read()
  expect([reads, followers.length]).toEqual([2, 2])
  await readings.close()
  expect(stops).toBe(1)
})
