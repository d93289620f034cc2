import {
  type DocumentNode,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  typeFromAST,
} from 'graphql'
import type { Cost } from '../../pagination/cost.ts'
import { LIVE } from '../../schema/directives.ts'
import { schema } from '../../schema/schema.ts'
import type { TrustedDocuments } from '../documents/trusted.ts'
import type { EstimateDocument } from './estimate.ts'

export interface TrustedCostOptions {
  readonly estimate: EstimateDocument
  readonly maxPageSize: number
}

/** The upstream cost of one operation of the trusted documents, with an empty cache. */
export interface TrustedCost extends Cost {
  readonly hash: string
  /** Null where the operation has no name. */
  readonly name: string | null
  readonly kind: `${OperationTypeNode}`
  /** A query that is run again at each change (`@live`). */
  readonly isLive: boolean
}

/** Prices each operation of the trusted documents, with the largest page size for each required Int variable. */
export function trustedCosts(documents: TrustedDocuments, options: TrustedCostOptions): TrustedCost[] {
  return [...documents].flatMap(([hash, text]) => {
    const document = parse(text)
    return document.definitions.flatMap((definition) =>
      definition.kind === 'OperationDefinition' ? costOf(hash, document, definition, options) : [],
    )
  })
}

function costOf(
  hash: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { estimate, maxPageSize }: TrustedCostOptions,
): TrustedCost[] {
  const name = operation.name?.value ?? null
  // The type ID does not say which kind of id a variable takes. An id of the wrong kind is refused and costs nothing.
  const estimates = EXAMPLE_IDS.map((id) =>
    estimate(document, name, examples(operation, { id, maxPageSize })),
  )
  const [most] = estimates.filter((each) => each !== undefined).toSorted((a, b) => b.max - a.max)
  if (most === undefined) return []
  const isLive = operation.directives?.some((directive) => directive.name.value === LIVE) ?? false
  return [{ hash, name, kind: operation.operation, isLive, min: most.min, max: most.max }]
}

/** A line for each operation, which also says whether the operation can never run. */
export function trustedCostLines(costs: readonly TrustedCost[], maxUpstreamRequests: number): string[] {
  return costs.map(({ hash, name, ...cost }) => {
    const never =
      cost.min > maxUpstreamRequests ? `: never runs, MAX_UPSTREAM_REQUESTS is ${maxUpstreamRequests}` : ''
    return `Trusted ${name ?? 'document'} (${hash.slice(0, 80)}): ${inWords(cost)}${never}`
  })
}

/** `1 upstream request`, `2 upstream requests`, `1 to 51 upstream requests`. */
function inWords({ min, max }: Cost): string {
  return `${min === max ? max : `${min} to ${max}`} upstream request${max === 1 ? '' : 's'}`
}

const EXAMPLE_IDS = ['example', btoa('Appointment:example')] as const

interface Example {
  readonly id: string
  readonly maxPageSize: number
}

/** A value for each variable that is required. */
function examples(
  { variableDefinitions = [] }: OperationDefinitionNode,
  example: Example,
): Record<string, unknown> {
  const needed = variableDefinitions.filter(({ type }) => type.kind === 'NonNullType')
  return Object.fromEntries(
    needed.map(({ variable, type }) => {
      const input = typeFromAST(schema, type)
      return [variable.name.value, isInputType(input) ? exampleOf(input, example) : undefined]
    }),
  )
}

function exampleOf(type: GraphQLInputType, example: Example): unknown {
  const nullable = isNonNullType(type) ? getNullableType(type) : type
  if (isListType(nullable)) return [exampleOf(nullable.ofType, example)]
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name
  if (isInputObjectType(nullable)) {
    const needed = Object.values(nullable.getFields()).filter(isRequiredInputField)
    return Object.fromEntries(needed.map((field) => [field.name, exampleOf(field.type, example)]))
  }
  return (
    {
      ID: example.id,
      Int: example.maxPageSize,
      Boolean: true,
      Date: '2030-01-01',
      DateTime: '2030-01-01T00:00:00Z',
      TimeZone: 'Europe/London',
    }[nullable.name] ?? 'example'
  )
}
