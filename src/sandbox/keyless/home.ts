import type { Api } from '../services.ts'
import { securePages } from './secure-pages.ts'

/** Serves the start page as HTML or JSON, and the health check. */
export function serveHome(api: Api): void {
  api.get('/', securePages, (c) => {
    c.header('Vary', 'Accept')
    if (c.req.header('accept')?.includes('text/html')) return c.html(HOME)
    const data = { documentation: '/docs', document: '/openapi.json', health: '/health' }
    return c.json({ data, meta: { request_id: c.get('requestId') } })
  })

  /** The API answers as long as it listens: its database is in the same process. */
  api.on('GET', ['/health', '/health/'], (c) =>
    c.json({ data: { status: 'ok' }, meta: { request_id: c.get('requestId') } }),
  )
}

const HOME = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Appointments API</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <h1>Appointments API</h1>
    <p>This is the sandbox: the API on sample data.</p>
    <ul>
      <li><a href="/docs">/docs</a> explains each request, and sends it.</li>
      <li><a href="/openapi.json">/openapi.json</a> is the OpenAPI document.</li>
      <li><a href="/health">/health</a> says whether the API is alive.</li>
    </ul>
    <p>
      All other requests need a key: <code>Authorization: Bearer …</code>. <code>npm run sandbox</code> prints it when it
      starts; <code>SANDBOX_KEYS</code> names others.
    </p>
  </body>
</html>
`
