import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isCompositeType,
  isObjectType,
} from 'graphql'
import { type CollectedFields, collectFields, collectSubfields, fragmentsOf } from '../../execution/index.ts'
import type { Pricing } from '../../loaders/pricing.ts'
import type { Estimate } from '../../rest/errors.ts'
import { connectionSelection } from '../../schema/connection-selection.ts'
import { type FieldPricing, FREE, type Held, type Price } from '../../schema/price-tag.ts'
import { type Reference, reference } from '../../schema/reference.ts'

export interface OperationEstimate extends Estimate {
  /** The root field that may cost most, by its response name. */
  readonly costliest: string | undefined
}

export interface EstimateOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName: string | null | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly pricing: Pricing
}

/** What a selection is evaluated on. */
interface Scope {
  /** How often at most. */
  readonly times: number
  /** Whether at least once. */
  readonly isCertain: boolean
  readonly rows: RowSet | undefined
  readonly parent: Reference | undefined
}

/** Appointments of one place, loaded whole at most once each, whichever of their fields needs it. */
interface RowSet {
  readonly held: Held
  isCharged: boolean
}

/**
 * Adds up the price tags of the fields that an operation selects. `min` counts what is asked for certain; `max` holds
 * every list for full and every row for incomplete. An argument that will be refused costs nothing.
 */
export function estimateOperation(options: EstimateOptions): OperationEstimate | undefined {
  const { schema, document, operationName, pricing } = options
  const operation = getOperationAST(document, operationName)
  const rootType = operation && schema.getRootType(operation.operation)
  if (!operation || !rootType) return undefined
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], options.variables)
  if (coerced === undefined) return undefined

  const collectScope = { schema, fragments: fragmentsOf(document), variableValues: coerced }
  const charged = new Set<string>()
  const families = new Map<string, number>()

  function priceField(type: GraphQLObjectType, nodes: readonly FieldNode[], scope: Scope): Estimate {
    const [node] = nodes
    const field = node && type.getFields()[node.name.value]
    if (!node || !field) return FREE
    const { price, needs, refersTo } = field.extensions as FieldPricing
    const own = needs === undefined ? FREE : chargeRows(scope, needs)
    const returnType = getNamedType(field.type)
    if (!isCompositeType(returnType)) return own

    const below = (scopeBelow: Scope, typeName?: string) => {
      const named = typeName === undefined ? returnType : schema.getType(typeName)
      return isObjectType(named)
        ? priceFields(named, collectSubfields(collectScope, named, nodes), scopeBelow)
        : FREE
    }
    if (refersTo !== undefined)
      return add(own, below({ ...scope, isCertain: false, rows: undefined, parent: reference(refersTo, '') }))
    if (price === undefined) return add(own, below(scope))

    const info = { ...collectScope, returnType: field.type, fieldNodes: nodes }
    const prices = untilRefused(() =>
      price(getArgumentValues(field, node, coerced), {
        pricing,
        parent: scope.parent,
        wanted: connectionSelection(info),
      }),
    )
    return prices
      .map((each) => add(charge(each, scope), below(scopeOf(each, scope), each.type)))
      .reduce(add, own)
  }

  function charge({ cost, key, family }: Price, scope: Scope): Estimate {
    if (key !== undefined && scope.isCertain && scope.times === 1) {
      if (charged.has(key)) return FREE
      charged.add(key)
    }
    const siblings = family === undefined ? 0 : (families.get(family) ?? 0)
    if (family !== undefined && cost.max > 0) families.set(family, siblings + 1)
    // The second list of a family may be read with the first one, or after trying to in vain.
    const attempt = siblings === 1 ? 1 : 0
    return {
      min: scope.isCertain && siblings === 0 ? cost.min : 0,
      max: (cost.max + attempt) * scope.times,
    }
  }

  function priceFields(type: GraphQLObjectType, fields: CollectedFields, scope: Scope): Estimate {
    return [...fields.values()].map((nodes) => priceField(type, nodes, scope)).reduce(add, FREE)
  }

  const root: Scope = { times: 1, isCertain: true, rows: undefined, parent: undefined }
  const fields = collectFields(collectScope, rootType, [operation.selectionSet])
  const parts = [...fields].map(([name, nodes]) => ({ name, cost: priceField(rootType, nodes, root) }))
  const costliest = parts.reduce<(typeof parts)[number] | undefined>(
    (most, part) => (most === undefined || part.cost.max > most.cost.max ? part : most),
    undefined,
  )
  return { ...parts.map(({ cost }) => cost).reduce(add, FREE), costliest: costliest?.name }
}

function scopeOf({ rows, reference: parent }: Price, scope: Scope): Scope {
  return {
    times: scope.times * (rows?.count ?? 1),
    isCertain: scope.isCertain && rows === undefined,
    rows: rows && { held: rows.held, isCharged: false },
    parent,
  }
}

function chargeRows({ rows, times }: Scope, needs: NonNullable<FieldPricing['needs']>): Estimate {
  if (rows === undefined || rows.held === 'all' || rows.isCharged || rows.held.has(needs)) return FREE
  rows.isCharged = true
  return { min: 0, max: times }
}

function add(a: Estimate, b: Estimate): Estimate {
  return { min: a.min + b.min, max: a.max + b.max }
}

/** What the resolver will refuse asks nothing, and the resolver will say why. */
function untilRefused(price: () => readonly Price[]): readonly Price[] {
  try {
    return price()
  } catch {
    return []
  }
}
