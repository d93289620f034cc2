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
import type { Reference } from '../../schema/global-id.ts'
import { type FieldPricing, FREE, type KnownFields, type Price } from '../../schema/price-tag.ts'

export interface OperationEstimate extends Estimate {
  /** The root field that may cost most, by its response name. */
  readonly costliest: string | undefined
}

/** Estimates an operation of a document. Undefined where there is no such operation, or its variables are refused. */
export type EstimateDocument = (
  document: DocumentNode,
  operationName: string | null,
  variables: Readonly<Record<string, unknown>>,
) => OperationEstimate | undefined

export interface EstimateOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName: string | null | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly pricing: Pricing
  readonly clinicTimeZone: string
}

/** The objects that a selection is evaluated on. */
interface Scope {
  /** On how many of them at most. */
  readonly times: number
  /** Whether on one of them at least. */
  readonly isCertain: boolean
  readonly rows: RowSet | undefined
  readonly parent: Reference | undefined
  /** The person or place whose fields these are. */
  readonly entry: EntrySet | undefined
}

/** What one field refers to. Each is read at most once, however many of its fields need that. */
interface EntrySet {
  /** They are rows of a list, and no directory is read for what a row leaves out. */
  readonly isListed: boolean
  isCharged: boolean
}

/** The appointments of one field. Each is loaded whole at most once, however many of its fields need that. */
interface RowSet {
  readonly known: KnownFields
  /** The lists that they are in, at most. */
  readonly lists: number
  /** They are read one by one, or may be learned together before. */
  charged: 'each' | 'together' | undefined
}

/**
 * Adds up the price tags of the fields that an operation selects. `min` counts only what is certain; `max` takes every
 * list for full and every row for incomplete. A field whose argument the gateway will refuse costs nothing. Throws a
 * GraphQLError where a condition of @skip or @include is null.
 */
export function estimateOperation(options: EstimateOptions): OperationEstimate | undefined {
  const { schema, document, operationName, pricing, clinicTimeZone } = options
  const operation = getOperationAST(document, operationName)
  const rootType = operation && schema.getRootType(operation.operation)
  if (!operation || !rootType) return undefined
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], options.variables)
  if (coerced === undefined) return undefined

  const collectScope = { schema, fragments: fragmentsOf(document), variableValues: coerced }
  const charged = new Set<string>()
  const families = new Map<string, number>()
  const directories = new Set<string>()

  function priceField(type: GraphQLObjectType, nodes: readonly FieldNode[], scope: Scope): Estimate {
    const [node] = nodes
    const field = node && type.getFields()[node.name.value]
    if (!node || !field) return FREE
    const { price, needs, reads, refersTo } = field.extensions as FieldPricing
    const own = add(
      needs === undefined ? FREE : chargeRows(scope, needs),
      reads === undefined ? FREE : chargeEntries(scope, reads),
    )
    const returnType = getNamedType(field.type)
    if (!isCompositeType(returnType)) return own

    const below = (scopeBelow: Scope, typeName?: string) => {
      const named = typeName === undefined ? returnType : schema.getType(typeName)
      return isObjectType(named)
        ? priceFields(named, collectSubfields(collectScope, named, nodes), scopeBelow)
        : FREE
    }
    if (refersTo !== undefined) {
      const parent = { kind: refersTo, restId: '' }
      return add(own, below({ ...scope, isCertain: false, rows: undefined, parent, entry: newEntrySet() }))
    }
    if (price === undefined) return add(own, below(scope))

    const selection = connectionSelection({ ...collectScope, returnType: field.type, fieldNodes: nodes })
    const prices = unlessRefused(() =>
      price(getArgumentValues(field, node, coerced), {
        pricing,
        clinicTimeZone,
        parent: scope.parent,
        selection,
      }),
    )
    return prices
      .map((each) => add(charge(each, scope), below(scopeOf(each, scope), each.type)))
      .reduce(add, own)
  }

  function charge({ cost, key, family }: Price, scope: Pick<Scope, 'isCertain' | 'times'>): Estimate {
    if (key !== undefined && scope.isCertain && scope.times === 1) {
      if (charged.has(key)) return FREE
      charged.add(key)
    }
    const siblings = family === undefined ? 0 : (families.get(family) ?? 0)
    if (family !== undefined && cost.max > 0) families.set(family, siblings + 1)
    // The gateway may read the second list of a family with the first one, or apart after it has tried that in vain.
    const attempt = siblings === 1 ? 1 : 0
    return {
      min: scope.isCertain && siblings === 0 ? cost.min : 0,
      max: (cost.max + attempt) * scope.times,
    }
  }

  function chargeDirectory(kind: string, cost: Estimate): Estimate {
    if (directories.has(kind)) return FREE
    directories.add(kind)
    return cost
  }

  /** Rows that lack the field are read one by one, or learned together after a try that was in vain. */
  function chargeRows({ rows, times }: Scope, needs: NonNullable<FieldPricing['needs']>): Estimate {
    if (rows === undefined || rows.known === 'all' || rows.known.has(needs)) return FREE
    if (rows.charged === 'each') return FREE
    const facet = pricing.facet(needs, times)
    const directory = facet === undefined ? FREE : chargeDirectory(facet.kind, facet.shared)
    if (rows.charged === 'together') return directory
    rows.charged = facet === undefined ? 'each' : 'together'
    const inVain = (facet?.lists.max ?? 0) * rows.lists
    return add(directory, { min: 0, max: times + inVain })
  }

  /** The directory of a kind is read once in an operation; what it lacks is read one by one. */
  function chargeEntries(
    { entry, parent, times, isCertain }: Scope,
    kind: NonNullable<FieldPricing['reads']>,
  ): Estimate {
    if (entry === undefined || entry.isCharged) return FREE
    entry.isCharged = true
    const id = parent?.restId || undefined
    const { shared, each } = pricing.entry(kind, id)
    if (entry.isListed) return charge({ cost: { min: 0, max: 1 } }, { isCertain, times })
    return add(
      chargeDirectory(kind, isCertain ? shared : { ...shared, min: 0 }),
      charge({ cost: each, ...(id !== undefined && { key: `${kind} ${id}` }) }, { isCertain, times }),
    )
  }

  function priceFields(type: GraphQLObjectType, fields: CollectedFields, scope: Scope): Estimate {
    return [...fields.values()].map((nodes) => priceField(type, nodes, scope)).reduce(add, FREE)
  }

  const root: Scope = { times: 1, isCertain: true, rows: undefined, parent: undefined, entry: undefined }
  const fields = collectFields(collectScope, rootType, [operation.selectionSet])
  const parts = [...fields].map(([name, nodes]) => ({ name, cost: priceField(rootType, nodes, root) }))
  const costliest = parts.reduce<(typeof parts)[number] | undefined>(
    (most, part) => (most === undefined || part.cost.max > most.cost.max ? part : most),
    undefined,
  )
  return { ...parts.map(({ cost }) => cost).reduce(add, FREE), costliest: costliest?.name }
}

function scopeOf({ rows, entries, reference: parent }: Price, scope: Scope): Scope {
  return {
    times: scope.times * (rows?.count ?? entries?.count ?? 1),
    isCertain: scope.isCertain && rows === undefined && entries === undefined,
    rows: rows && { known: rows.known, lists: scope.times, charged: undefined },
    parent,
    entry: parent && newEntrySet(entries !== undefined),
  }
}

function newEntrySet(isListed = false): EntrySet {
  return { isListed, isCharged: false }
}

function add(a: Estimate, b: Estimate): Estimate {
  return { min: a.min + b.min, max: a.max + b.max }
}

/** A field whose arguments the resolver will refuse asks nothing. The resolver then says why. */
function unlessRefused(price: () => readonly Price[]): readonly Price[] {
  try {
    return price()
  } catch {
    return []
  }
}
