import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { rawGet } from '../../support/raw.ts'

const UPSTREAM = { url: 'http://127.0.0.1:1', key: 'k' }

async function openDesk(url: string) {
  const response = await fetch(`${url}/desk`)
  const html = await response.text()
  const files = [...html.matchAll(/\?file=[\w.-]+/g)].map(([query]) => `${url}/desk${query}`)
  return { response, html, files }
}

describe('The page of the desk', () => {
  test('It is served in development, or if the option is set, and not otherwise', async () => {
    const statusOf = async (options: object) => {
      await using gateway = await startGateway({ ...UPSTREAM, ...options })
      return (await fetch(`${gateway.url}/desk`)).status
    }
    expect(await statusOf({})).toBe(200)
    expect(await statusOf({ desk: false })).toBe(404)
    expect(await statusOf({ development: false })).toBe(404)
    expect(await statusOf({ development: false, desk: true })).toBe(200)
  })

  test('It runs only its own script, and caches revalidate it', async () => {
    await using gateway = await startGateway(UPSTREAM)
    const { response, html } = await openDesk(gateway.url)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toMatch(/^default-src 'none'; /)
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(html).not.toMatch(/<style|style=|<script>|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
    const again = await fetch(`${gateway.url}/desk`, {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
  })

  test('The page and its files take less than 60 kB, and the browser keeps the files', async () => {
    await using gateway = await startGateway(UPSTREAM)
    const { files } = await openDesk(gateway.url)
    expect(files.map((file) => file.replace(/.*\./, '')).sort()).toEqual(['css', 'js'])
    const answers = await Promise.all(
      [`${gateway.url}/desk`, ...files].map((url) => rawGet(url, { 'accept-encoding': 'gzip' })),
    )
    expect(answers.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip', 'gzip'])
    const bytes = answers.reduce((sum, { body }) => sum + body.length, 0)
    expect(bytes).toBeLessThan(60_000)
    for (const { headers } of answers.slice(1)) expect(headers['cache-control']).toMatch(/immutable$/)
    const unknown = await fetch(`${gateway.url}/desk?file=x.js`)
    expect([unknown.status, unknown.headers.get('cache-control')]).toEqual([404, 'private, no-store'])
  })

  test('GraphiQL and the page link to each other, where each is served', async () => {
    const linksOf = async (options: object) => {
      await using gateway = await startGateway({ ...UPSTREAM, ...options })
      const pages = ['graphql', 'desk'].map(async (path) => {
        const response = await fetch(`${gateway.url}/${path}`, { headers: { accept: 'text/html' } })
        return /href="desk"|data-graphiql/.test(await response.text())
      })
      return await Promise.all(pages)
    }
    expect(await linksOf({})).toEqual([true, true])
    expect(await linksOf({ desk: false })).toEqual([false, false])
    expect(await linksOf({ graphiql: false })).toEqual([false, false])
  })

  test('It gives its script the GraphQL endpoint and the time zone', async () => {
    await using gateway = await startGateway({
      ...UPSTREAM,
      endpoint: '/api/graphql',
      clinicTimeZone: 'Australia/Sydney',
      trustedDocumentsOnly: true,
      graphiql: false,
    })
    const html = await (await fetch(`${gateway.url}/api/desk`)).text()
    expect(html).toContain('data-endpoint="graphql" data-time-zone="Australia/Sydney" data-trusted="true">')
    const slash = await fetch(`${gateway.url}/api/desk/`)
    expect(slash.url).toBe(`${gateway.url}/api/desk`)
  })
})
