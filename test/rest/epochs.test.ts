import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEpochs } from '../../src/rest/pipe/epochs.ts'
import { operationOf } from '../support/rest.ts'

const PATHS = ['/appointments', ...'abcdef'.split('').map((id) => `/appointments/${id}`)]
const ACCOUNTS = ['x', 'y']

const anyWrite = fc.record({
  account: fc.constantFrom(...ACCOUNTS),
  path: fc.constantFrom(...PATHS, '/appointments/a/cancel'),
})
const anyWrites = fc.array(anyWrite, { maxLength: 40 })

/** Every read there is, and its key after each of the writes. */
function keysAlong(maxScopes: number | undefined, writes: readonly { account: string; path: string }[]) {
  const epochs = createEpochs(maxScopes)
  const reads = ACCOUNTS.flatMap((account) => PATHS.map((path) => ({ account, path })))
  const look = () =>
    reads.map(({ account, path }) => epochs.keyOf({ method: 'GET', path }, operationOf(account)))
  const looks = [look()]
  for (const { account, path } of writes) {
    epochs.bump({ method: 'POST', path }, operationOf(account))
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

test('a write changes the key of each read that it could change, and no key ever comes back, however few are kept', () => {
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

test('what a write could not change keeps its key', () => {
  fc.assert(
    fc.property(anyWrites, (writes) => {
      for (const { keys, ...read } of keysAlong(undefined, writes))
        writes.forEach((write, index) => {
          if (!canChange(write, read)) expect(keys[index + 1]).toBe(keys[index])
        })
    }),
  )
})
