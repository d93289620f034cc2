#!/usr/bin/env bash
# One would guess:  a field whose resolver rejects is null and has an entry in `errors`, and where it is `String!` the null
#                   goes up to `data`. The same schema in graphql-js answers so.
# What happens:     graphql-yoga runs operations with @graphql-tools/executor, which reports each item of an AggregateError
#                   as an error of its own. An AggregateError without items reports nothing: the field is left out of
#                   `data`, a `String!` too, and the answer is 200 without `errors`. `Promise.any` of an empty list rejects
#                   with just that error.
#                   To report each item is a feature, and right for one item or more.
# Whom it hurts:    a resolver that takes the first of several replicas or providers with `Promise.any`, on the day on which
#                   the list is empty. Its mutation books nothing, and tells the client and the monitoring of no error.
# Seen with:        graphql-yoga 5.24.1, @graphql-tools/executor 2.1.0, graphql 16.15.0, Node 20.20.2 and 24.21.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-save --no-audit --no-fund \
  graphql-yoga@5.24.1 @graphql-tools/executor@2.1.0 graphql@16.15.0
cat >see.mjs <<'JS'
import { graphql } from 'graphql'
import { createSchema, createYoga } from 'graphql-yoga'

const providers = []
const firstOf = (call) => Promise.any(providers.map(call))
const schema = createSchema({
  typeDefs: `
    type Query { slot: String! }
    type Mutation { book: String! }
  `,
  resolvers: {
    Query: { slot: () => firstOf((provider) => provider.slot()) },
    Mutation: { book: () => firstOf((provider) => provider.book()) },
  },
})
const yoga = createYoga({ schema, logging: false })

for (const query of ['query { slot }', 'mutation { book }']) {
  const response = await yoga.fetch('http://gateway.example/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query }),
  })
  console.log(`graphql-yoga, ${query}:`, response.status, await response.text())
  const { data, errors } = await graphql({ schema, source: query })
  const reported = errors?.map(({ message, path }) => ({ message, path }))
  console.log(`graphql-js, ${query}:`, JSON.stringify({ data, errors: reported }))
}
JS
seen=$(node see.mjs 2>&1) || true
expected='graphql-yoga, query { slot }: 200 {"data":{}}
graphql-js, query { slot }: {"data":null,"errors":[{"message":"All promises were rejected","path":["slot"]}]}
graphql-yoga, mutation { book }: 200 {"data":{}}
graphql-js, mutation { book }: {"data":null,"errors":[{"message":"All promises were rejected","path":["book"]}]}'
[ "$seen" = "$expected" ] || { printf 'This has changed:\n%s\n' "$seen"; exit 1; }
printf 'As stated:\n%s\n' "$seen"
