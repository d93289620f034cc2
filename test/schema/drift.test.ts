import { readFileSync } from 'node:fs'
import { type GraphQLNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { printSortedSchema } from '../../src/schema/print.ts'
import { schema } from '../../src/schema/schema.ts'

describe('the committed schema', () => {
  test('schema.graphql is the printed schema of the code', () => {
    expect(readFileSync('schema.graphql', 'utf8')).toBe(printSortedSchema())
  })

  test('every type, field, argument and enum value has a description', () => {
    const types = Object.values(schema.getTypeMap()).filter(
      ({ name }) => !name.startsWith('__') && !BUILT_IN.has(name),
    )
    expect(types.flatMap(undescribed)).toEqual([])
  })
})

const BUILT_IN = new Set(['Boolean', 'Float', 'ID', 'Int', 'String'])

function undescribed(type: GraphQLNamedType): string[] {
  return partsOf(type)
    .filter(([, description]) => !description || description.length < 10)
    .map(([name]) => name)
}

function partsOf(type: GraphQLNamedType): [name: string, description: string | null | undefined][] {
  const own: [string, string | null | undefined][] = [[type.name, type.description]]
  if (isEnumType(type))
    for (const value of type.getValues()) own.push([`${type.name}.${value.name}`, value.description])
  if (isInputObjectType(type))
    for (const field of Object.values(type.getFields()))
      own.push([`${type.name}.${field.name}`, field.description])
  if (isObjectType(type) || isInterfaceType(type))
    for (const field of Object.values(type.getFields())) {
      own.push([`${type.name}.${field.name}`, field.description])
      for (const arg of field.args) own.push([`${type.name}.${field.name}(${arg.name}:)`, arg.description])
    }
  return own
}
