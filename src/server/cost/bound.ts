import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { conditionVariables } from '../../execution/index.ts'
import type { FieldPricing } from '../../schema/price-tag.ts'

/** The bound of a definition's own fields, and the fragments that it spreads. */
interface Part {
  own: number
  readonly spreads: string[]
}

/**
 * What the `min` of an estimate can't exceed, whatever the variables: the sum of what each priced field of the document
 * certainly costs at most. The gateway estimates only operations whose bound is over the ceiling, as most are far below.
 */
export function estimateBound(schema: GraphQLSchema, document: DocumentNode): number {
  // A null in @skip or @include is an error that only an estimate finds before the gateway asks anything.
  if (conditionVariables(document).length > 0) return Number.POSITIVE_INFINITY
  const operations: Part[] = []
  const fragments = new Map<string, Part>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(partOf(schema, definition))
    else if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, partOf(schema, definition))
  }
  const totals = new Map<string, number>()
  const totalOf = ({ own, spreads }: Part): number =>
    spreads.reduce((total, name) => total + totalOfFragment(name), own)
  function totalOfFragment(name: string): number {
    const fragment = fragments.get(name)
    const total = totals.get(name) ?? (fragment === undefined ? 0 : totalOf(fragment))
    totals.set(name, total)
    return total
  }
  return Math.max(0, ...operations.map(totalOf))
}

function partOf(schema: GraphQLSchema, definition: OperationDefinitionNode | FragmentDefinitionNode): Part {
  const part: Part = { own: 0, spreads: [] }
  const types = new TypeInfo(schema)
  visit(
    definition,
    visitWithTypeInfo(types, {
      Field() {
        const { price, minAtMost, reads } = (types.getFieldDef()?.extensions ?? {}) as FieldPricing
        if (reads !== undefined) part.own += 1
        if (price !== undefined) part.own += minAtMost ?? Number.POSITIVE_INFINITY
      },
      FragmentSpread: ({ name }) => void part.spreads.push(name.value),
    }),
  )
  return part
}
