import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from './schema.ts'

/** The schema as `schema.graphql` holds it: sorted, so that a diff shows what changed and not where it was declared. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}

if (import.meta.main) process.stdout.write(printedSchema())
