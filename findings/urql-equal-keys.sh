#!/usr/bin/env bash
# One would guess:  two queries with different variables are two queries. The second is asked, and gets its own answer.
# What happens:     urql knows an operation by a number of 32 bits, the djb2 hash of its document and its variables. That
#                   hash takes 33 times one character plus the next, so "U2" and "TS" count the same, as do "AR7" and "B17",
#                   or "ab" and "bA", in every document. The cache of the core answers the second query with what the first
#                   one got, and sends nothing. With the normalised cache of @urql/exchange-graphcache the same happens to
#                   two such queries that are under way at once.
#                   A short hash is enough for few operations and for random ids. Codes of capitals and digits, and search
#                   terms in mixed case, meet its gaps by themselves.
# Whom it hurts:    anyone who looks something up by a short code: carriers, rooms, plates. The page shows the row of
#                   another code, without an error. Here: the departures of the carriers U2 and TS.
# Seen with:        @urql/core 6.0.3, @urql/exchange-graphcache 9.0.2, graphql 16.15.0, Node 20.20.2 and 24.21.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-save --no-audit --no-fund \
  @urql/core@6.0.3 @urql/exchange-graphcache@9.0.2 graphql@16.15.0
cat >see.mjs <<'JS'
import { cacheExchange, Client, createRequest, fetchExchange, gql } from '@urql/core'
import { cacheExchange as graphcache } from '@urql/exchange-graphcache'

const query = gql`query Departures($carrier: String!) { departures(carrier: $carrier) { flight } }`
const keyOf = (carrier) => createRequest(query, { carrier }).key
console.log('equal keys:', keyOf('U2') === keyOf('TS'), keyOf('AR7') === keyOf('B17'), keyOf('ab') === keyOf('bA'))

function connect(cache) {
  const asked = []
  const client = new Client({
    url: 'http://gateway.example/graphql',
    preferGetMethod: false,
    exchanges: [cache, fetchExchange],
    fetch: async (_url, { body }) => {
      const { carrier } = JSON.parse(body).variables
      asked.push(carrier)
      const data = { departures: [{ __typename: 'Departure', flight: `${carrier} 100` }] }
      return new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } })
    },
  })
  const ask = async (carrier) => {
    const { data, error } = await client.query(query, { carrier }).toPromise()
    return `${carrier} gets ${error ?? data.departures[0].flight}`
  }
  return { ask, asked }
}

const core = connect(cacheExchange)
console.log('core, one after the other:', await core.ask('U2'), '|', await core.ask('TS'), '| asked:', ...core.asked)

const normalised = connect(graphcache({ keys: { Departure: () => null } }))
const together = await Promise.all([normalised.ask('U2'), normalised.ask('TS')])
console.log('graphcache, at once:', together.join(' | '), '| asked:', ...normalised.asked)
JS
seen=$(node see.mjs 2>&1) || true
expected='equal keys: true true true
core, one after the other: U2 gets U2 100 | TS gets U2 100 | asked: U2
graphcache, at once: U2 gets U2 100 | TS gets U2 100 | asked: U2'
[ "$seen" = "$expected" ] || { printf 'This has changed:\n%s\n' "$seen"; exit 1; }
printf 'As stated:\n%s\n' "$seen"
