import { expect, test } from 'vitest'
import { loadOnce } from '../../../src/server/pages/load-once.ts'

test('A load that failed is repeated, and one that succeeded is shared', async () => {
  const results = [Promise.reject(new Error('too many open files')), Promise.resolve('the page')]
  let loads = 0
  const load = loadOnce(async () => {
    loads += 1
    return results[loads - 1]
  })
  await expect(Promise.all([load(), load()])).rejects.toThrow('too many open files')
  expect(await Promise.all([load(), load()])).toEqual(['the page', 'the page'])
  expect(await load()).toBe('the page')
  expect(loads).toBe(2)
})
