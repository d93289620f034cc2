import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { etag } from 'hono/etag'
import type { Api } from '../services.ts'
import { securePages } from './secure-pages.ts'

/** Serves Swagger UI for the OpenAPI document. Its scripts are files of a package, read at each request. */
export function serveDocs(api: Api): void {
  api.use('/docs/*', etag())
  api.on('GET', ['/docs', '/docs/'], securePages, (c) => c.html(PAGE))
  api.get('/docs/start.js', (c) => c.body(START, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
  api.get('/docs/swagger-ui-bundle.js', serveStatic({ path: fileURLToPath(BUNDLE) }))
  api.get('/docs/swagger-ui.css', serveStatic({ path: fileURLToPath(STYLES) }))
}

/** The files of Swagger UI in a package for Fastify, whose plugin is not used. */
const BUNDLE = import.meta.resolve('@fastify/swagger-ui/static/swagger-ui-bundle.js')
const STYLES = import.meta.resolve('@fastify/swagger-ui/static/swagger-ui.css')

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Appointments API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <noscript>This page needs JavaScript. The document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`

/** A separate file, because the page allows no inline script. No validator, because that is a service of another host. */
const START = `SwaggerUIBundle({ dom_id: '#docs', url: '/openapi.json', validatorUrl: null, deepLinking: true })
`
