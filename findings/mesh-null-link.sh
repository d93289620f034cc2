#!/usr/bin/env bash
# One would guess:  a link from a row to what it names (`@resolveTo` of GraphQL Mesh) is null in the one row whose id is null.
#                   The field is nullable, and so is the id in the OpenAPI document.
# What happens:     Hive Gateway asks the links of all rows, and of all link fields beside them, as one operation. The id of
#                   the second row is null where its variable is `String!`, so the whole operation fails before anything is
#                   asked: no row has its site, and no row has its clinician either, each with the same error.
# Whom it hurts:    a list with names for ids, over REST: one video visit without a site takes the clinicians from the whole
#                   day.
# Seen with:        @graphql-hive/gateway-runtime 2.12.1, @graphql-mesh/compose-cli 1.8.2, @omnigraph/openapi 0.112.4,
#                   @graphql-mesh/transport-rest 0.12.2, graphql 16.15.0, Node 24.21.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-save --no-audit --no-fund --ignore-scripts \
  @graphql-hive/gateway-runtime@2.12.1 @graphql-mesh/compose-cli@1.8.2 @omnigraph/openapi@0.112.4 \
  @graphql-mesh/transport-rest@0.12.2 graphql@16.15.0
cat >see.mjs <<'JS'
import { createServer } from 'node:http'
import { getComposedSchemaFromConfig } from '@graphql-mesh/compose-cli'
import { loadOpenAPISubgraph } from '@omnigraph/openapi'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'

const visits = [
  { id: 'v1', clinician_id: 'c1', site_id: 's1' },
  { id: 'v2', clinician_id: 'c2', site_id: null },
]
const text = { type: 'string' }
const one = (name) => ({ type: 'object', required: ['id', 'name'], properties: { id: text, name: text }, title: name })
const get = (operationId, schema, parameters = []) => ({
  get: { operationId, parameters, responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } } },
})
const byId = [{ name: 'id', in: 'path', required: true, schema: text }]
const visit = {
  title: 'Visit',
  type: 'object',
  required: ['id'],
  properties: { id: text, clinician_id: text, site_id: { type: 'string', nullable: true } },
}
const asked = []
const server = createServer(({ url }, response) => {
  asked.push(url)
  const id = url.split('/').at(-1)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(url === '/openapi.json' ? document : url === '/visits' ? visits : { id, name: `Name of ${id}` }))
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const endpoint = `http://127.0.0.1:${server.address().port}`
const document = {
  openapi: '3.0.3',
  info: { title: 'Visits', version: '1' },
  servers: [{ url: endpoint }],
  paths: {
    '/visits': get('visits', { type: 'array', items: visit }),
    '/clinicians/{id}': get('clinicianById', one('Clinician'), byId),
    '/sites/{id}': get('siteById', one('Site'), byId),
  },
}
const link = (field, key) => `@resolveTo(sourceName: "Visits", sourceTypeName: "Query", sourceFieldName: "${field}",
  requiredSelectionSet: "{ ${key} }", sourceArgs: { id: "{root.${key}}" })`
const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const supergraph = await getComposedSchemaFromConfig({
  subgraphs: [{ sourceHandler: loadOpenAPISubgraph('Visits', { source: `${endpoint}/openapi.json`, endpoint }) }],
  additionalTypeDefs: `extend type Visit {
    clinician: Clinician ${link('clinicianById', 'clinician_id')}
    site: Site ${link('siteById', 'site_id')}
  }`,
}, log)
const gateway = createGatewayRuntime({ supergraph, logging: false })
for (const selection of ['clinician { name }', 'site { name }', 'clinician { name } site { name }']) {
  asked.length = 0
  const response = await gateway.fetch('http://gateway.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ visits { id ${selection} } }` }),
  })
  const { data, errors = [] } = await response.json()
  console.log(selection)
  console.log('  ' + JSON.stringify(data?.visits ?? null))
  const [first] = errors.map(({ message, path }) => `${path.join('.')}: ${message}`)
  console.log(`  ${errors.length} errors${first ? `, such as ${first}` : ''}`)
  console.log('  asked ' + asked.join(' '))
}
await gateway[Symbol.asyncDispose]()
server.close()
JS
seen=$(node see.mjs 2>&1) || true
expected='clinician { name }
  [{"id":"v1","clinician":{"name":"Name of c1"}},{"id":"v2","clinician":{"name":"Name of c2"}}]
  0 errors
  asked /visits /clinicians/c1 /clinicians/c2
site { name }
  [{"id":"v1","site":null},{"id":"v2","site":null}]
  2 errors, such as visits.0.site: Variable "$_v1_id" of non-null type "String!" must not be null.
  asked /visits
clinician { name } site { name }
  [{"id":"v1","clinician":null,"site":null},{"id":"v2","clinician":null,"site":null}]
  4 errors, such as visits.0.clinician: Variable "$_v3_id" of non-null type "String!" must not be null.
  asked /visits'
[ "$seen" = "$expected" ] || { printf 'This has changed:\n%s\n' "$seen"; exit 1; }
printf 'As stated:\n%s\n' "$seen"
