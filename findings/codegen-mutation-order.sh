#!/usr/bin/env bash
# One would guess:  the document that graphql-codegen writes down for a hash does what the document in the source does.
#                   The fields of a mutation run one after the other, in the order in which they are written.
# What happens:     `persistedDocuments` of the client preset normalises each document, so that equal ones get one hash, and
#                   sorts its selections by name. It leaves those of a mutation in their order, but not those of a
#                   fragment on Mutation: these are sorted, and the server that is sent the hash runs the writes in the
#                   order of the alphabet. Without `persistedDocuments` the order stays as written.
#                   For queries the sorting is right, because the order of their fields means nothing.
# Whom it hurts:    whoever shares the steps of a write in a fragment, and turns on persisted documents. Here the new slot is
#                   to be reserved before the old one is given up, and the old one is given up first.
# Seen with:        @graphql-codegen/cli 7.4.3, @graphql-codegen/client-preset 6.2.0, @graphql-tools/documents 1.0.2,
#                   graphql 16.15.0, Node 20.20.2 and 24.21.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-save --no-audit --no-fund \
  @graphql-codegen/cli@7.4.3 @graphql-codegen/client-preset@6.2.0 @graphql-tools/documents@1.0.2 graphql@16.15.0
cat >schema.graphql <<'GRAPHQL'
type Query { slots: [String!]! }
type Mutation { reserve(slot: ID!): Boolean! cancel(slot: ID!): Boolean! }
GRAPHQL
cat >documents.graphql <<'GRAPHQL'
mutation Written { reserve(slot: "new") cancel(slot: "old") }
mutation Shared { ...Move }
fragment Move on Mutation { reserve(slot: "new") cancel(slot: "old") }
GRAPHQL
cat >codegen.mjs <<'JS'
export default {
  schema: 'schema.graphql',
  documents: 'documents.graphql',
  generates: { 'out/': { preset: 'client', presetConfig: { persistedDocuments: true } } },
}
JS
node_modules/.bin/graphql-codegen --config codegen.mjs >codegen.log 2>&1 || { cat codegen.log; exit 1; }
cat >see.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { buildSchema, graphql } from 'graphql'

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
async function run(name, source, operationName) {
  const done = []
  const rootValue = { reserve: () => !!done.push('reserve'), cancel: () => !!done.push('cancel') }
  const { errors } = await graphql({ schema, source, rootValue, operationName })
  console.log(`${name}:`, errors?.join(', ') ?? done.join(', then '))
}
const source = readFileSync('documents.graphql', 'utf8')
const persisted = Object.values(JSON.parse(readFileSync('out/persisted-documents.json', 'utf8')))
for (const operation of ['Written', 'Shared']) {
  await run(`${operation} in the source`, source, operation)
  await run(`${operation} by its hash`, persisted.find((text) => text.includes(`mutation ${operation} `)), operation)
}
JS
seen=$(node see.mjs 2>&1) || true
expected='Written in the source: reserve, then cancel
Written by its hash: reserve, then cancel
Shared in the source: reserve, then cancel
Shared by its hash: cancel, then reserve'
[ "$seen" = "$expected" ] || { printf 'This has changed:\n%s\n' "$seen"; exit 1; }
printf 'As stated:\n%s\n' "$seen"
