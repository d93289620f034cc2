import { readFileSync } from 'node:fs'
import { parse } from 'graphql'
import { BILLING } from './billing.ts'

/** The subgraphs for composition: the gateway by `subgraph.graphql`, and another by its own text. */
export function subgraphs(
  urls: { readonly appointments: string; readonly billing: string },
  billing = BILLING,
) {
  return [
    {
      name: 'appointments',
      url: urls.appointments,
      typeDefs: parse(readFileSync('subgraph.graphql', 'utf8')),
    },
    { name: 'billing', url: urls.billing, typeDefs: parse(billing) },
  ]
}
