#!/usr/bin/env bash
# One would guess:  a subscription whose one field has `@include(if: $live)` is valid, as the query with the same directive
#                   is: the October 2021 specification allows it, and `subscribe` runs it. Where a later edition forbids
#                   it, one would guess an entry in the list that `validate` returns.
# What happens:     graphql-js' `validate` throws. Its rule that a subscription has one root field evaluates the conditions
#                   without the variables' values, and the error of the missing value leaves `validate`. With a literal in
#                   place of the variable nothing is wrong, and below the root field a variable is fine.
# Whom it hurts:    a server or a tool that calls `validate` as documented, outside of a `try`: the client of one gets a fault
#                   of the server for a document, and a linter stops at this document without a word on the others.
# Seen with:        graphql 16.15.0, Node 20.20.2 and 24.21.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-save --no-audit --no-fund graphql@16.15.0
cat >see.mjs <<'JS'
import { buildSchema, parse, subscribe, validate } from 'graphql'

const schema = buildSchema(`
  type Query { now: Int }
  type Subscription { tick: Int }
`)
const documents = {
  'query, a variable': 'query ($live: Boolean!) { now @include(if: $live) }',
  'subscription, a literal': 'subscription { tick @include(if: true) }',
  'subscription, a variable': 'subscription ($live: Boolean!) { tick @include(if: $live) }',
}
for (const [name, text] of Object.entries(documents)) {
  try {
    console.log(`${name}: ${validate(schema, parse(text)).length} errors`)
  } catch (error) {
    console.log(`${name}: throws ${error.name}: ${error.message}`)
  }
}

async function* ticks() {
  yield { tick: 1 }
}
const stream = await subscribe({
  schema,
  document: parse(documents['subscription, a variable']),
  rootValue: { tick: ticks },
  variableValues: { live: true },
})
for await (const result of stream) console.log('subscribe:', JSON.stringify(result))
JS
seen=$(node see.mjs 2>&1) || true
expected='query, a variable: 0 errors
subscription, a literal: 0 errors
subscription, a variable: throws GraphQLError: Argument "if" of required type "Boolean!" was provided the variable "$live" which was not provided a runtime value.
subscribe: {"data":{"tick":1}}'
[ "$seen" = "$expected" ] || { printf 'This has changed:\n%s\n' "$seen"; exit 1; }
printf 'As stated:\n%s\n' "$seen"
