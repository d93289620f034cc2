import { buildSchema, type GraphQLSchema, graphqlSync } from 'graphql'
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scripted-upstream.ts'

/** A second subgraph: invoices of appointments and debts of patients. It has only the ids of both. */
export const BILLING = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

  type Query {
    openInvoices: [Invoice!]!
  }
  type Invoice {
    number: Int!
    pence: Int!
    appointment: Appointment!
  }
  type Appointment @key(fields: "restId") {
    restId: ID!
    invoice: Invoice
  }
  type Patient @key(fields: "id") {
    id: ID!
    owesPence: Int!
  }
`

/** The definitions that a library for subgraphs would add. */
const MACHINERY = `
  directive @link(url: String!, import: [String!]) repeatable on SCHEMA
  directive @key(fields: String!) repeatable on OBJECT
  scalar _Any
  union _Entity = Appointment | Patient
  extend type Query {
    _entities(representations: [_Any!]!): [_Entity]!
  }
`

interface Representation {
  readonly __typename: string
  readonly id?: string
  readonly restId?: string
}

/** Starts the billing over HTTP. Each of these appointments has an invoice, numbered from 1; each patient owes 500 pence. */
export async function startBilling(appointments: readonly string[]): Promise<ScriptedUpstream> {
  const schema: GraphQLSchema = buildSchema(BILLING + MACHINERY)
  const invoiceOf = (restId: string | undefined) => {
    const number = appointments.indexOf(restId ?? '') + 1
    return number === 0 ? null : { number, pence: number * 1000, appointment: { restId } }
  }
  const rootValue = {
    openInvoices: () => appointments.map(invoiceOf),
    _entities: ({ representations }: { readonly representations: readonly Representation[] }) =>
      representations.map((each) => ({ ...each, owesPence: 500, invoice: () => invoiceOf(each.restId) })),
  }
  return startScriptedUpstream(({ body }) => {
    const { query, variables } = JSON.parse(body)
    return { body: graphqlSync({ schema, source: query, variableValues: variables, rootValue }) }
  })
}
