import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createGateway } from '../../../src/server/gateway.ts'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

/** What is read once is answered from memory after that. */
const STATUS_OF_DOCUMENT_FAULTS = [
  ['application/json', 200],
  ['application/graphql-response+json', 400],
  ['application/json', 200],
  ['application/graphql-response+json', 400],
] as const

describe('what can not be executed at all', () => {
  test.for(['application/json', 'application/graphql-response+json'])(
    'is the fault of the request in the media type %s: a variable that its type refuses is 400',
    async (accept) => {
      await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
      for (const first of ['x', null, undefined]) {
        const document = 'query ($first: Int!) { appointments(first: $first) { nodes { id } } }'
        const answer = await gateway.query(document, { first }, { accept })
        expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT'])
        expect('data' in answer).toBe(false)
      }
    },
  )

  test.for([
    ['is not there, as no subscription is', 'subscription S { __typename }', 'GRAPHQL_VALIDATION_FAILED'],
    ['is no document', '{', 'GRAPHQL_PARSE_FAILED'],
    ['does not fit the schema', '{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['is deeper than it may be', `{ ${'a { '.repeat(13)} a ${'}'.repeat(13)} }`, 'LIMIT_EXCEEDED'],
    ['is larger than it may be', `{ ${'a '.repeat(6000)} }`, 'LIMIT_EXCEEDED'],
  ] as const)(
    'because it %s, is told so each time: 400, in the older media type 200',
    async ([, document, code]) => {
      await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
      for (const [accept, status] of STATUS_OF_DOCUMENT_FAULTS) {
        const answer = await gateway.query(document, {}, { accept })
        expect([answer.status, answer.errors?.map(({ extensions }) => extensions.code)]).toEqual([
          status,
          [code],
        ])
        expect('data' in answer).toBe(false)
      }
    },
  )

  test('is refused before anything is asked, also where only a condition can not be judged', async () => {
    await using product = await startProduct({ sandbox: { seed: 1 } })
    const { body } = await product.rest('GET', '/appointments?limit=1')
    const [{ id, title }] = body.data
    const change = `mutation ($id: ID!, $shown: Boolean = true) {
      updateAppointment(input: { id: $id, title: "Changed" }) { appointment { id @include(if: $shown) } } }`
    const { errors } = await product.query(change, { id, shown: null })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    expect(product.takeRequests()).toEqual([])
    expect((await product.rest('GET', `/appointments/${id}`)).body.data.title).toBe(title)
  })
})

test('a request that whoever mounts the handler has held back is read all the same', async () => {
  const gateway = createGateway({ url: 'http://127.0.0.1:9', key: 'k' })
  const server = createServer((request, response) => {
    request.pause()
    gateway.handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  })
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } })
  await new Promise((resolve) => server.close(resolve))
  await gateway.close()
})

test('a value of no known kind costs its field, and not the page', async () => {
  const hostile = { toString: 1, valueOf: 1 }
  await using upstream = await startScriptedUpstream(() => ({
    body: { data: [{ id: 'a', title: 'Whole', duration_minutes: hostile }], meta: { has_more: false } },
  }))
  await using gateway = await startGateway({ url: upstream.url, key: 'k' })
  const { data, errors } = await gateway.query('{ appointments { nodes { title durationMinutes } } }')
  expect(data).toEqual({ appointments: { nodes: [{ title: 'Whole', durationMinutes: null }] } })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID_RESPONSE'])
})
