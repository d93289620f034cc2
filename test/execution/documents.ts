import fc, { type GeneratorValue } from 'fast-check'
import {
  type GraphQLCompositeType,
  type GraphQLField,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { world } from './world.ts'

const FRAGMENT_TYPES = ['Person', 'Named', 'Dog', 'Pet', 'Query', 'Cat'] as const
const TYPE_CONDITIONS = ['Person', 'Named', 'Dog', 'Cat', 'Pet'] as const
const CONDITIONS = [
  '@skip(if: $yes)',
  '@include(if: $yes)',
  '@skip(if: $maybe)',
  '@include(if: $maybe) @skip(if: $yes)',
  '@skip(if: true)',
  '@include(if: false)',
  '@include(if: true)',
  '@skip(if: false) @include(if: $yes)',
] as const

export interface RandomOperation {
  readonly text: string
  readonly variableValues: Record<string, unknown>
}

/** A document that can be executed, though validation might refuse it for conflicting fields or variable types. */
export function randomOperation(gen: GeneratorValue): RandomOperation {
  const chance = (outOf: number) => gen(fc.nat, { max: outOf - 1 }) === 0
  const oneOf = <Value>(values: readonly Value[]): Value =>
    values[gen(fc.nat, { max: values.length - 1 })] as Value

  function selectionSet(type: GraphQLCompositeType, depth: number, fragmentsFrom: number): string {
    const count = 1 + gen(fc.nat, { max: 3 })
    const selections = Array.from({ length: count }, () => selection(type, depth, fragmentsFrom))
    return `{ ${selections.join(' ')} }`
  }

  function selection(type: GraphQLCompositeType, depth: number, fragmentsFrom: number): string {
    const directives = chance(6) ? oneOf(CONDITIONS) : ''
    if (chance(6)) {
      const name = chance(3) ? '' : oneOf(TYPE_CONDITIONS)
      const inner = name === '' ? type : world.getType(name)
      if (depth > 0 && isCompositeType(inner))
        return `... ${name && `on ${name}`} ${directives} ${selectionSet(inner, depth - 1, fragmentsFrom)}`
    }
    if (chance(7) && fragmentsFrom < FRAGMENT_TYPES.length) {
      const index = fragmentsFrom + gen(fc.nat, { max: FRAGMENT_TYPES.length - 1 - fragmentsFrom })
      return `...F${index} ${directives}`
    }
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
    const selectable = fields.filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)))
    const alias = chance(5) ? `${oneOf(['a', 'b', '__proto__', 'then'])}: ` : ''
    if (selectable.length === 0 || chance(8)) return `${alias}__typename ${directives}`
    return `${alias}${fieldText(oneOf(selectable), directives, depth, fragmentsFrom)}`
  }

  function fieldText(
    { name, args, type }: GraphQLField<unknown, unknown>,
    directives: string,
    depth: number,
    fragmentsFrom: number,
  ): string {
    const given = args.filter(() => chance(2)).map((arg) => `${arg.name}: ${argument(String(arg.type))}`)
    const below = getNamedType(type)
    const inner = isCompositeType(below) ? selectionSet(below, depth - 1, fragmentsFrom) : ''
    return `${name}${given.length > 0 ? `(${given.join(' ')})` : ''} ${directives} ${inner}`
  }

  function argument(type: string): string {
    return type === 'Color'
      ? oneOf(['RED', 'GREEN', 'null', '$color', 'PINK'])
      : oneOf(['1', '2', '$id', '$count', '"x"'])
  }

  const rootType = chance(4) ? world.getMutationType() : world.getQueryType()
  if (!rootType) throw new Error('no root type')
  const fragments = FRAGMENT_TYPES.map((name, index) => {
    const type = world.getType(name)
    return isCompositeType(type) ? `fragment F${index} on ${name} ${selectionSet(type, 1, index + 1)}` : ''
  })
  const operation = rootType === world.getMutationType() ? 'mutation' : 'query'
  const variables = '($yes: Boolean!, $maybe: Boolean, $id: Int, $count: Int = 1, $color: Color = GREEN)'
  return {
    text: `${operation} ${variables} ${selectionSet(rootType, 3, 0)}\n${fragments.join('\n')}`,
    variableValues: {
      yes: gen(fc.boolean),
      ...(!chance(3) && { maybe: oneOf([true, false, false, null]) }),
      ...(!chance(3) && { id: oneOf([3, null, 4]) }),
      ...(chance(2) && { count: oneOf([5, 6]) }),
      ...(chance(2) && { color: oneOf(['RED', 'BLUE', ...(chance(9) ? ['PINK'] : [])]) }),
    },
  }
}
