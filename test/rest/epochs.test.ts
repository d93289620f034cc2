import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEpochs } from '../../src/rest/pipe/epochs.ts'
import { createEpochs as createSharedEpochs } from '../../src/shared/epochs.ts'
import { operationOf } from '../support/rest.ts'

const PATHS = ['/appointments', ...'abcdef'.split('').map((id) => `/appointments/${id}`)]
const ACCOUNTS = ['x', 'y']

const anyWrite = fc.record({
  account: fc.constantFrom(...ACCOUNTS),
  path: fc.constantFrom(...PATHS, '/appointments/a/cancel'),
})
const anyWrites = fc.array(anyWrite, { maxLength: 40 })

/** All possible reads, each with its key before the first write and after every write. */
function keysAlong(maxScopes: number | undefined, writes: readonly { account: string; path: string }[]) {
  const epochs = createEpochs(createSharedEpochs(maxScopes === undefined ? {} : { maxScopes }), {
    monotonic: () => 0,
  })
  const reads = ACCOUNTS.flatMap((account) => PATHS.map((path) => ({ account, path })))
  const look = () =>
    reads.map(({ account, path }) => epochs.keyOf({ method: 'GET', path }, operationOf(account)))
  const looks = [look()]
  for (const { account, path } of writes) {
    epochs.advance({ path }, operationOf(account))
    looks.push(look())
  }
  return reads.map((read, index) => ({ ...read, keys: looks.map((keys) => keys[index]) }))
}

function canChange(
  write: { account: string; path: string },
  read: { account: string; path: string },
): boolean {
  if (write.account !== read.account) return false
  return read.path === '/appointments' || write.path === read.path || write.path === `${read.path}/cancel`
}

test('A write changes the key of each read that it may change, and no key returns', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), anyWrites, (maxScopes, writes) => {
      for (const { keys, ...read } of keysAlong(maxScopes, writes)) {
        writes.forEach((write, index) => {
          if (canChange(write, read)) expect(keys[index + 1]).not.toBe(keys[index])
        })
        const runs = keys.filter((key, index) => key !== keys[index - 1])
        expect(new Set(runs).size).toBe(runs.length)
      }
    }),
  )
})

test('A read keeps its key through writes that cannot change it', () => {
  fc.assert(
    fc.property(anyWrites, (writes) => {
      for (const { keys, ...read } of keysAlong(undefined, writes))
        writes.forEach((write, index) => {
          if (!canChange(write, read)) expect(keys[index + 1]).toBe(keys[index])
        })
    }),
  )
})
