import { describe, expect, test } from 'vitest'
import { sandboxFor } from '../client.ts'

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('Without a key', () => {
  test.each([
    ['/', 'application/json'],
    ['/docs', 'text/html; charset=UTF-8'],
    ['/docs/', 'text/html; charset=UTF-8'],
    ['/docs/start.js', 'text/javascript; charset=utf-8'],
    ['/docs/swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['/docs/swagger-ui.css', 'text/css; charset=utf-8'],
    ['/health', 'application/json'],
    ['/health/', 'application/json'],
    ['/openapi.json', 'application/json'],
  ])('%s answers GET and HEAD as %s, and costs no quota', async (path, type) => {
    const { url, call } = await sandboxFor({ faults: true })
    await call('POST /_faults', { body: { status: 500 } })
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(url + path, { method })
      const { status, headers } = response
      expect([method, status, headers.get('content-type')]).toEqual([method, 200, type])
      expect(headers.get('x-request-id')).toMatch(/^req_/)
      expect(headers.has('x-ratelimit-remaining')).toBe(false)
      expect((await response.text()) === '').toBe(method === 'HEAD')
    }
    // The fault waits for the first request with a key.
    const first = await call('GET /appointments')
    expect([first.status, first.headers.get('x-ratelimit-remaining')]).toEqual([500, '999'])
  })

  test('Other paths and methods need a key', async () => {
    const { call } = await sandboxFor()
    for (const endpoint of ['GET /docs/index.html', 'GET /docs/..%2fpackage.json', 'POST /health'])
      expect([endpoint, (await call(endpoint, { key: null })).status]).toEqual([endpoint, 401])
    const { status, headers } = await call('POST /health')
    expect([status, headers.get('allow')]).toEqual([405, 'GET'])
  })
})

describe('The start page', () => {
  test('leads a person to the documentation, the document and the key', async () => {
    const { url } = await sandboxFor()
    const response = await fetch(url, { headers: HTML })
    const page = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(page).toContain('<code>npm run sandbox</code> prints it')
    const links = [...page.matchAll(/<a href="(.+?)">/g)].map(([, path]) => path)
    expect(links).toEqual(['/docs', '/openapi.json', '/health'])
    for (const path of links) expect((await fetch(url + path)).status).toBe(200)
  })

  test('names the same paths to a program', async () => {
    const { call } = await sandboxFor()
    const { body, headers } = await call('GET /', { key: null })
    expect(body.data).toEqual({ documentation: '/docs', document: '/openapi.json', health: '/health' })
    expect(headers.get('vary')).toBe('Accept')
  })
})

describe('The documentation', () => {
  test.each(['/', '/docs'])('%s may load from its own host only, no script in the page', async (path) => {
    const { url } = await sandboxFor()
    const { headers } = await fetch(url + path, { headers: HTML })
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('loads scripts that the sandbox serves, once for each browser', async () => {
    const { url } = await sandboxFor()
    const page = await (await fetch(`${url}/docs`)).text()
    const assets = [...page.matchAll(/(?:src|rel="stylesheet" href)="(.+?)"/g)].map(([, path]) => path)
    expect(assets).toEqual(['/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/docs/start.js'])
    for (const path of assets) {
      const { status, headers } = await fetch(url + path)
      expect([path, status]).toEqual([path, 200])
      const again = await fetch(url + path, { headers: { 'if-none-match': headers.get('etag') ?? '' } })
      expect([path, again.status]).toEqual([path, 304])
    }
  })
})
