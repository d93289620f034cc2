import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createGateway } from '../../../src/server/gateway.ts'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

/** The status by media type. Each appears twice, because the second response comes from the document cache. */
const STATUS_OF_DOCUMENT_FAULTS = [
  ['application/json', 200],
  ['application/graphql-response+json', 400],
  ['application/json', 200],
  ['application/graphql-response+json', 400],
] as const

describe('An operation that cannot run', () => {
  test.for(['application/json', 'application/graphql-response+json'])(
    'The gateway answers a variable of the wrong type with 400 as %s',
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
    ['has a subscription', 'subscription S { __typename }', 'GRAPHQL_VALIDATION_FAILED'],
    ['does not parse', '{', 'GRAPHQL_PARSE_FAILED'],
    ['does not fit the schema', '{ nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['is too deep', `{ ${'a { '.repeat(13)} a ${'}'.repeat(13)} }`, 'LIMIT_EXCEEDED'],
    ['is too large', `{ ${'a '.repeat(6000)} }`, 'LIMIT_EXCEEDED'],
  ] as const)(
    'The gateway refuses a document that %s with 400, or 200 as application/json',
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

  test('The gateway refuses a null condition before it sends anything upstream', async () => {
    await using product = await startProduct({ sandbox: { seed: 1 } })
    const { body } = await product.rest('GET', '/appointments?limit=1')
    const [{ id, title }] = body.data
    const change = `mutation ($id: ID!, $wanted: Boolean = true) {
      updateAppointment(input: { id: $id, title: "Changed" }) { appointment { id @include(if: $wanted) } } }`
    const { errors } = await product.query(change, { id, wanted: null })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
    expect(product.takeRequests()).toEqual([])
    expect((await product.rest('GET', `/appointments/${id}`)).body.data.title).toBe(title)
  })
})

test('The gateway reads a request whose stream its host has paused', async () => {
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

test('A value of an unexpected type fails its field only', async () => {
  const hostile = { toString: 1, valueOf: 1 }
  await using upstream = await startScriptedUpstream(() => ({
    body: { data: [{ id: 'a', title: 'Whole', duration_minutes: hostile }], meta: { has_more: false } },
  }))
  await using gateway = await startGateway({ url: upstream.url, key: 'k' })
  const { data, errors } = await gateway.query('{ appointments { nodes { title durationMinutes } } }')
  expect(data).toEqual({ appointments: { nodes: [{ title: 'Whole', durationMinutes: null }] } })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID_RESPONSE'])
})
