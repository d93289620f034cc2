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

/** Estimates an operation of a document. Undefined where the document does not have it, or its variables are refused. */
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
  /** The greatest number of objects. */
  readonly times: number
  /** There is at least one object. */
  readonly isCertain: boolean
  readonly rows: RowSet | undefined
  readonly parent: Reference | undefined
  /** The directory entry (a person, a location or a type) whose fields are selected. */
  readonly entry: EntrySet | undefined
}

/** The directory entries that one field refers to. Each is read at most once, however many of its fields need the read. */
interface EntrySet {
  /** The entries are rows of a list: a field that a row does not contain is not read from the directory. */
  readonly isListed: boolean
  isCharged: boolean
}

/** The appointments of one field. Each is loaded at most once, with all its fields, however many of these need it. */
interface RowSet {
  readonly known: KnownFields
  /** The greatest number of lists that the appointments are in. */
  readonly lists: number
  /** How their missing fields are charged: as one read for each row, or as shared reads that may replace these. */
  charged: 'each' | 'together' | undefined
}

/**
 * Adds up the price tags of the fields that an operation selects. `min` counts only what is certain; `max` takes every
 * list as full and every row as incomplete. A field whose argument the gateway will refuse costs nothing. Throws a
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
    // The gateway may read the second list of a family together with the first one, or separately after this has failed.
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

  /** Charges rows without the field: each is read, or all are resolved by shared reads, and both where the latter fail. */
  function chargeRows({ rows, times }: Scope, needs: NonNullable<FieldPricing['needs']>): Estimate {
    if (rows === undefined || rows.known === 'all' || rows.known.has(needs)) return FREE
    if (rows.charged === 'each') return FREE
    const facet = pricing.facet(needs, times)
    const directory = facet === undefined ? FREE : chargeDirectory(facet.kind, facet.shared)
    if (rows.charged === 'together') return directory
    rows.charged = facet === undefined ? 'each' : 'together'
    const failedReads = (facet?.lists.max ?? 0) * rows.lists
    return add(directory, { min: 0, max: times + failedReads })
  }

  /** An operation reads the directory of a kind once, and each entry that the directory does not have. */
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

/** No prices for a field whose arguments the resolver will refuse: the resolver then throws the reason. */
function unlessRefused(price: () => readonly Price[]): readonly Price[] {
  try {
    return price()
  } catch {
    return []
  }
}
