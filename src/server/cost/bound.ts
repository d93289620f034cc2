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
interface DefinitionBound {
  own: number
  readonly spreads: string[]
}

/**
 * An upper bound of the `min` of an estimate for any variables: the sum of the highest `min` of each priced field. The
 * gateway estimates only operations whose bound is above the ceiling, and most are far below.
 */
export function estimateBound(schema: GraphQLSchema, document: DocumentNode): number {
  // A null in @skip or @include is an error, and only an estimate finds it before the first upstream request.
  if (conditionVariables(document).length > 0) return Number.POSITIVE_INFINITY
  const operations: DefinitionBound[] = []
  const fragments = new Map<string, DefinitionBound>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(boundOf(schema, definition))
    else if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, boundOf(schema, definition))
  }
  const totals = new Map<string, number>()
  const totalOf = ({ own, spreads }: DefinitionBound): number =>
    spreads.reduce((total, name) => total + totalOfFragment(name), own)
  function totalOfFragment(name: string): number {
    const fragment = fragments.get(name)
    const total = totals.get(name) ?? (fragment === undefined ? 0 : totalOf(fragment))
    totals.set(name, total)
    return total
  }
  return Math.max(0, ...operations.map(totalOf))
}

function boundOf(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode | FragmentDefinitionNode,
): DefinitionBound {
  const bound: DefinitionBound = { own: 0, spreads: [] }
  const types = new TypeInfo(schema)
  visit(
    definition,
    visitWithTypeInfo(types, {
      Field() {
        const { price, minAtMost, reads } = (types.getFieldDef()?.extensions ?? {}) as FieldPricing
        if (reads !== undefined) bound.own += 1
        if (price !== undefined) bound.own += minAtMost ?? Number.POSITIVE_INFINITY
      },
      FragmentSpread: ({ name }) => void bound.spreads.push(name.value),
    }),
  )
  return bound
}
