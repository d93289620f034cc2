import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from './schema.ts'
import { printSubgraph } from './subgraph/subgraph.ts'

/** The text of `schema.graphql`: sorted, so that moving a declaration in the code does not change it. */
export function printSortedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}

if (import.meta.main)
  process.stdout.write(process.argv[2] === 'subgraph' ? printSubgraph(schema) : printSortedSchema())
