import { readFileSync } from 'node:fs'
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLUnionType,
  graphqlSync,
  type NameNode,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../src/schema/schema.ts'
import { createSubgraph, printSubgraph } from '../../../src/schema/subgraph/subgraph.ts'

const sdl = readFileSync('subgraph.graphql', 'utf8')
const subgraph = createSubgraph(schema)
/** Not executable here: Apollo's library has its own copy of graphql. */
const apollo: GraphQLSchema = buildSubgraphSchema(parse(sdl))
/** The types that the specification of subgraphs adds. */
const ADDED = ['_Any', '_Entity', '_Service']

describe('The subgraph', () => {
  test('subgraph.graphql is the printed subgraph of the code', () => {
    expect(printSubgraph(schema)).toBe(sdl)
  })

  test('`_service` answers with the text of subgraph.graphql', () => {
    const source = '{ _service { sdl } }'
    expect(graphqlSync({ schema: subgraph, source })).toEqual({ data: { _service: { sdl } } })
  })

  test("Apollo's library parses the text, and prints an equivalent one", () => {
    const [service] = fieldsForRouters(apollo)
    const printed = service?.resolve?.({}, {}, {}, {} as never) as { readonly sdl: string } | undefined
    const ours = statementsOf(sdl)
    expect(ours.filter((statement) => statement.includes('@key(')).length).toBe(5)
    expect(statementsOf(printed?.sdl ?? '')).toEqual(ours)
  })

  test("The fields for routers have the types that Apollo's library gives them", () => {
    expect(signaturesOf(subgraph)).toEqual(signaturesOf(apollo))
    expect(signaturesOf(subgraph)).toEqual([
      '_service: _Service!',
      '_entities(representations: [_Any!]!): [_Entity]!',
      'sdl: String',
      'Appointment AppointmentType Clinician Location Patient',
    ])
  })

  test('Every type, field and argument that it adds has a description', () => {
    const fields = [...fieldsForRouters(subgraph), fieldOf(subgraph, '_Service', 'sdl')]
    const added = [
      ...ADDED.map((name) => subgraph.getType(name)),
      ...fields.flatMap((field) => [field, ...(field?.args ?? [])]),
    ]
    expect(added.length).toBe(7)
    expect(added.filter((each) => (each?.description?.length ?? 0) < 10)).toEqual([])
  })

  test('It shares every other type with the schema, which stays as it is', () => {
    const before = printSchema(schema)
    const types = createSubgraph(schema).getTypeMap()
    expect(printSchema(schema)).toBe(before)
    const own = Object.entries(types).filter(([name, type]) => schema.getType(name) !== type)
    expect(own.map(([name]) => name).sort()).toEqual(['Query', ...ADDED])
    expect(new Set(Object.keys(types))).toEqual(new Set([...Object.keys(schema.getTypeMap()), ...ADDED]))
  })
})

/** The definitions of a text, sorted, without those of Federation, which Apollo's library prints too. */
function statementsOf(text: string): readonly string[] {
  const isOwn = ({ name }: { readonly name?: NameNode | undefined }) =>
    !/^(_|link__|federation__)/.test(name?.value ?? '')
  const types = visit(parse(text), {
    DirectiveDefinition: () => null,
    SchemaDefinition: () => null,
    ObjectTypeDefinition: (type) => ({ ...type, fields: type.fields?.filter(isOwn) }),
  })
  return types.definitions
    .filter((definition) => !('name' in definition) || isOwn(definition))
    .map(print)
    .sort()
}

function fieldOf(of: GraphQLSchema, type: string, field: string) {
  return (of.getType(type) as GraphQLObjectType | undefined)?.getFields()[field]
}

function fieldsForRouters(of: GraphQLSchema) {
  return ['_service', '_entities'].map((name) => fieldOf(of, 'Query', name))
}

function signaturesOf(of: GraphQLSchema): readonly string[] {
  const fields = [...fieldsForRouters(of), fieldOf(of, '_Service', 'sdl')].map((field) => {
    const args = field?.args.map(({ name, type }) => `${name}: ${type}`).join(', ')
    return `${field?.name}${args ? `(${args})` : ''}: ${field?.type}`
  })
  const entities = of.getPossibleTypes(of.getType('_Entity') as GraphQLUnionType).map(({ name }) => name)
  return [...fields, entities.sort().join(' ')]
}
