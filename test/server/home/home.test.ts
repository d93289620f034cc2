import { expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'

const UPSTREAM = { url: 'http://127.0.0.1:9', key: 'k' }

test('Where GraphiQL is on outside development, the path / redirects to it', async () => {
  await using gateway = await startGateway({ ...UPSTREAM, development: false, graphiql: true })
  const answer = await fetch(gateway.url, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([302, './graphql'])
  const followed = await fetch(gateway.url, { headers: { accept: 'text/html' } })
  expect([followed.url, followed.status]).toEqual([`${gateway.url}/graphql`, 200])
  expect(await followed.text()).toContain('explorer.js')
})

test('Otherwise the path / is a short page that loads only its icon', async () => {
  await using gateway = await startGateway({ ...UPSTREAM, development: false })
  const answer = await fetch(gateway.url)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; img-src data:;/)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  const page = await answer.text()
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link = '']) => link)
  expect(links).toEqual([expect.stringMatching(/^data:image\/svg/), './health', './ready'])
  for (const link of links) expect((await fetch(new URL(link, `${gateway.url}/`))).status).toBe(200)
  expect(page).toContain('<code>/graphql</code>')
})

test('The icon is an image that browsers cache for a day', async () => {
  await using gateway = await startGateway({ ...UPSTREAM, development: false })
  const answer = await fetch(`${gateway.url}/favicon.ico`)
  expect(answer.headers.get('content-type')).toBe('image/svg+xml')
  expect(answer.headers.get('cache-control')).toBe('public, max-age=86400')
  expect(await answer.text()).toMatch(/^<svg .*<\/svg>$/)
})

test('A gateway that is mounted at the root has GraphQL there, and no page', async () => {
  await using gateway = await startGateway({ ...UPSTREAM, development: false, endpoint: '/' })
  const answer = await fetch(`${gateway.url}/?query={__typename}`, {
    headers: { 'x-graphql-yoga-csrf': '1' },
  })
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } })
  const posted = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  })
  expect(await posted.json()).toEqual({ data: { __typename: 'Query' } })
})
