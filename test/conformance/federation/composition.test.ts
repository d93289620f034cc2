import { composeServices as composeByApollo } from '@apollo/composition'
import { composeServices as composeByTheGuild } from '@theguild/federation-composition'
import { buildSchema, type GraphQLObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { BILLING } from './billing.ts'
import { subgraphs } from './graph.ts'

const URLS = { appointments: 'http://appointments.test/graphql', billing: 'http://billing.test/graphql' }
/** A second subgraph that claims `Query.node` for itself. */
const BILLING_WITH_NODE = `${BILLING}
  extend type Query { node(id: ID!): Node }
  interface Node { id: ID! }
`
const BILLING_WITH_PAGES = `${BILLING.replace('"@key"', '"@key", "@shareable"')}
  type PageInfo @shareable {
    hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
  }
  extend type Query { invoicePages: PageInfo }
`

interface Composition {
  readonly supergraphSdl?: string | undefined
  readonly errors?: readonly { readonly message: string }[] | undefined
}

describe.for([
  ['@theguild/federation-composition', composeByTheGuild],
  ['@apollo/composition', composeByApollo],
] as const)('%s', ([, compose]) => {
  const composed = (billing?: string): Composition => compose(subgraphs(URLS, billing))

  test('composes the gateway with a billing that extends its types', () => {
    const { supergraphSdl, errors } = composed()
    expect(errors).toBeUndefined()
    const graph = buildSchema(supergraphSdl ?? '', { assumeValidSDL: true })
    const fieldsOf = (type: string) => Object.keys((graph.getType(type) as GraphQLObjectType).getFields())
    expect(fieldsOf('Appointment')).toEqual(expect.arrayContaining(['id', 'title', 'patient', 'invoice']))
    expect(fieldsOf('Patient')).toEqual(expect.arrayContaining(['restId', 'appointments', 'owesPence']))
    expect(fieldsOf('Query')).toEqual(expect.arrayContaining(['node', 'appointments', 'openInvoices']))
    expect(graph.getSubscriptionType()?.getFields()).toHaveProperty('appointmentChanged')
  })

  test('lets another subgraph have a PageInfo too', () => {
    expect(composed(BILLING_WITH_PAGES).errors).toBeUndefined()
  })

  test('refuses a second owner of `node`', () => {
    expect(composed(BILLING_WITH_NODE).errors?.map(({ message }) => message)).toEqual([
      expect.stringContaining('Non-shareable field "Query.node"'),
    ])
  })
})
