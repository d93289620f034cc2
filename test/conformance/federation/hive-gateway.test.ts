import { createRequire } from 'node:module'
import { composeServices } from '@theguild/federation-composition'
import { describe, expect, test } from 'vitest'
import { toGlobalId } from '../../../src/schema/global-id.ts'
import { startProduct } from '../../support/product.ts'
import { subscribe } from '../../support/stream.ts'
import { startBilling } from './billing.ts'
import { subgraphs } from './graph.ts'

interface Router extends AsyncDisposable {
  fetch(url: string, init: RequestInit): Promise<Response>
}

interface RouterOptions {
  readonly supergraph: string
  readonly transports: Readonly<Record<string, unknown>>
  readonly propagateHeaders: {
    fromClientToSubgraphs(of: { readonly subgraphName: string }): Readonly<Record<string, string>>
  }
}

// Required without their types, which would add properties to the `info` of each resolver of the program.
const require = createRequire(import.meta.url)
const { createGatewayRuntime } = require('@graphql-hive/gateway-runtime') as {
  createGatewayRuntime(options: RouterOptions): Router
}
const http: unknown = require('@graphql-mesh/transport-http')

const SECRET = 'a-secret-of-the-router'

/** Hive Gateway in front of the product and a billing, which has an invoice for each of three appointments. */
async function startGraph() {
  const product = await startProduct({
    live: true,
    sandbox: { seed: 20 },
    gateway: { federation: true, federationSecret: SECRET, introspection: false },
  })
  const { body } = await product.rest('GET', '/appointments?limit=3')
  const rows: readonly { readonly id: string; readonly title: string; readonly patient_id: string }[] =
    body.data
  const billing = await startBilling(rows.map(({ id }) => id))
  const urls = { appointments: `${product.url}/graphql`, billing: billing.url }
  const { supergraphSdl } = composeServices(subgraphs(urls))
  const router = createGatewayRuntime({
    supergraph: supergraphSdl ?? '',
    transports: { http },
    propagateHeaders: {
      fromClientToSubgraphs: ({ subgraphName }) =>
        // It subscribes by GET.
        subgraphName === 'appointments' ? { 'x-federation-secret': SECRET, 'x-graphql-yoga-csrf': '1' } : {},
    },
  })
  return {
    product,
    rows,
    /** The representations that the router has requested from the billing, request by request. */
    askedOfBilling: () =>
      billing.requests.map(({ body }) => JSON.parse(body).variables?.representations ?? 'no entities'),
    /** A stream through the router. */
    subscribe: (query: string, variables: object) =>
      subscribe('http://router.test', {
        query,
        variables,
        fetch: async (...args) => router.fetch(...args),
      }),
    async query(query: string) {
      const response = await router.fetch('http://router.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      return (await response.json()) as { readonly data: unknown; readonly errors?: unknown }
    },
    async [Symbol.asyncDispose]() {
      await router[Symbol.asyncDispose]()
      await billing[Symbol.asyncDispose]()
      await product[Symbol.asyncDispose]()
    },
  }
}

describe('Behind Hive Gateway', () => {
  test('A page with invoices and debts is one upstream request', async () => {
    await using graph = await startGraph()
    const { product, rows, query, askedOfBilling } = graph
    const { data, errors } = await query(
      '{ appointments(first: 3) { nodes { title invoice { number } patient { restId owesPence } } } }',
    )
    expect(errors).toBeUndefined()
    expect(data).toEqual({
      appointments: {
        nodes: rows.map(({ title, patient_id }, index) => ({
          title,
          invoice: { number: index + 1 },
          patient: { restId: patient_id, owesPence: 500 },
        })),
      },
    })
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=11&offset=0'])
    const patients = new Set(rows.map(({ patient_id }) => toGlobalId('Patient', patient_id)))
    // The router sends both concurrently.
    expect(askedOfBilling().sort((a, b) => (a[0].__typename < b[0].__typename ? -1 : 1))).toEqual([
      rows.map(({ id }) => ({ __typename: 'Appointment', restId: id })),
      [...patients].map((id) => ({ __typename: 'Patient', id })),
    ])
  })

  test('Invoices with their appointments are one upstream request each', async () => {
    await using graph = await startGraph()
    const { product, rows, query, askedOfBilling } = graph
    const { data, errors } = await query(
      '{ openInvoices { pence appointment { title patient { restId } } } }',
    )
    expect(errors).toBeUndefined()
    expect(data).toEqual({
      openInvoices: rows.map(({ title, patient_id }, index) => ({
        pence: (index + 1) * 1000,
        appointment: { title, patient: { restId: patient_id } },
      })),
    })
    expect(product.takeRequests().toSorted()).toEqual(
      rows.map(({ id }) => `GET /appointments/${id}`).toSorted(),
    )
    expect(askedOfBilling()).toEqual(['no entities'])
  })

  test('A change reaches a subscriber, with the invoice of the appointment', async () => {
    await using graph = await startGraph()
    const { product, rows, subscribe: subscribeByRouter } = graph
    const headers = { 'x-federation-secret': SECRET }
    await using before = await subscribe(product.url, {
      query: 'subscription { appointmentChanged { kind } }',
      headers,
    })
    await product.rest('PATCH', `/appointments/${rows[1]?.id}`, { title: 'Renamed' })
    await before.next()
    product.takeRequests()
    await using stream = await subscribeByRouter(
      `subscription ($after: String) {
        appointmentChanged(after: $after) { kind movement appointment { title invoice { number } } }
      }`,
      { after: before.response.headers.get('x-resume-after') },
    )
    expect((await stream.next())?.data).toEqual({
      appointmentChanged: {
        kind: 'UPDATED',
        movement: 'CHANGED',
        appointment: { title: 'Renamed', invoice: { number: 2 } },
      },
    })
    expect(product.takeRequests()).toEqual([])
  })
})
