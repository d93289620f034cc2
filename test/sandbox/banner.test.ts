import { expect, test } from 'vitest'
import { banner } from '../../src/sandbox/server.ts'
import { sandboxFor } from './client.ts'

test('the banner has the address, the key, and a curl line that works', async () => {
  const sandbox = await sandboxFor({ seed: 5 })
  const text = banner(sandbox)
  expect(text).toContain(sandbox.url)
  expect(text).toContain(sandbox.key)
  const [, url = '', name = '', value = ''] = /^curl "(.+?)" -H "(.+?): (.+?)"$/m.exec(text) ?? []
  const response = await fetch(url, { headers: { [name]: value } })
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ meta: { limit: 3 } })
})
