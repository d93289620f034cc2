import {
  buildSchema,
  type GraphQLEnumType,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql'

/** Types of every kind, with nullable and non-null fields. With an empty `bang` all fields are nullable. */
function typeDefinitions(bang: '!' | ''): string {
  const named = `name: String${bang} friend: Named friends(first: Int! = 2): [Named${bang}] pet(kind: Color): Pet`
  return `
    scalar Odd
    enum Color { RED GREEN BLUE }
    interface Named { ${named} }
    union Pet = Dog | Cat
    type Person implements Named {
      ${named} age: Int color(of: Color = RED): Color odd: Odd${bang} colors: [Color${bang}]${bang}
      best: Person${bang} grid: [[Int${bang}]]${bang} strictPets: [Pet${bang}]${bang} odds: [Odd]
    }
    type Dog implements Named { ${named} barks: Boolean${bang} owner: Person${bang} }
    type Cat { lives: Int owner: Person sees: [Named]${bang} colors: [Color${bang}] }
    type Query { ${named} person(id: Int, color: Color = BLUE): Person people: [Person${bang}]${bang} strict: Person${bang} }
    type Mutation { person(id: Int): Person strict: Person${bang} pet(kind: Color): Pet name: String }
  `
}

/** Decides what the resolvers return. The same seed gives the same value for the same path and arguments. */
export interface Chances {
  readonly seed: number
  /** The percentage of values that fail in some way. */
  readonly failures: number
  /** The percentage of values that are promises. */
  readonly promises: number
}

interface Thing {
  readonly id: number
  readonly kind: string
  /** Whether `resolveType` and `isTypeOf` may return promises for it. */
  readonly mayWait: boolean
}

/** The types of the resolved fields, by response path. */
export type Resolved = Map<string, GraphQLOutputType>
export interface WorldContext {
  readonly chances: Chances
  readonly resolved: Resolved
}

/** All fields are nullable here, and resolvers report nulls of non-null fields as errors: so no error hides another. */
export const lenientWorld = createWorld('')
export const world = createWorld('!')

function createWorld(bang: '!' | ''): GraphQLSchema {
  const schema = buildSchema(typeDefinitions(bang))
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isObjectType(type))
      for (const field of Object.values(type.getFields()))
        field.resolve = (_source, args, context: WorldContext, info) => resolve(args, context, info)
    if (isInterfaceType(type) || isUnionType(type)) type.resolveType = resolveType
  }
  const cat = schema.getType('Cat')
  if (isObjectType(cat)) cat.isTypeOf = isCat
  const odd = schema.getType('Odd') as GraphQLScalarType
  odd.serialize = (value) => {
    if (typeof value !== 'number' || value % 7 === 0) throw new Error(`${value} is not odd`)
    return value % 5 === 0 ? null : value
  }
  return schema
}

function resolve(args: object, { chances, resolved }: WorldContext, info: GraphQLResolveInfo): unknown {
  const path = pathOf(info)
  // The type in the strict world decides what is non-null, in the lenient one too.
  const strict = world.getType(info.parentType.name)
  const type = isObjectType(strict) ? strict.getFields()[info.fieldName]?.type : undefined
  if (type === undefined) throw new Error(`no type at ${path}`)
  resolved.set(path, type)
  const isLenient = info.schema === lenientWorld
  return produce(type, `${path} ${JSON.stringify(args)}`, chances, info, isLenient)
}

function pathOf({ path }: GraphQLResolveInfo): string {
  const keys: (string | number)[] = []
  for (let at: typeof path | undefined = path; at !== undefined; at = at.prev) keys.unshift(at.key)
  return keys.join('.')
}

function produce(
  type: GraphQLOutputType,
  key: string,
  chances: Chances,
  info: GraphQLResolveInfo,
  isLenient: boolean,
): unknown {
  const draw = (what: string) => hash(`${chances.seed} ${what} ${key}`)
  const nullable = isNonNullType(type) ? type.ofType : type
  const nothing = (value: null | undefined) =>
    isLenient && isNonNullType(type)
      ? new Error(`Cannot return null for non-nullable field ${info.parentType.name}.${info.fieldName}.`)
      : value

  function value(): unknown {
    if (draw('fails') % 100 >= chances.failures) return regular()
    switch (draw('how') % 8) {
      case 0:
        throw new Error(`thrown at ${key}`)
      case 1:
        throw new GraphQLError(`refused at ${key}`, { extensions: { code: 'NO' } })
      case 2:
        return new Error(`returned at ${key}`)
      case 3:
        throw key
      case 4:
        return nothing(undefined)
      case 5:
        return isListType(nullable) ? 7 : nothing(null)
      default:
        return nothing(null)
    }
  }

  function regular(): unknown {
    if (isListType(nullable)) {
      const items = Array.from({ length: draw('length') % 4 }, (_, index) => {
        const item = () => produce(nullable.ofType, `${key}.${index}`, chances, info, isLenient)
        // graphql-js leaves promises unhandled if another item, which is non-null, throws.
        const isPromised = isNonNullType(nullable.ofType) && chances.promises > 0
        return isPromised ? promised(item, draw(`ticks ${index}`) % 6) : settled(item)
      })
      return draw('set') % 5 === 0 ? new Set(items) : items
    }
    if (isAbstractType(nullable)) {
      const kinds = info.schema.getPossibleTypes(nullable)
      return thing(kinds[draw('kind') % kinds.length]?.name ?? '')
    }
    if (isObjectType(nullable)) return thing(nullable.name)
    return isEnumType(nullable) ? color(nullable) : leaf(nullable.name)
  }

  function thing(kind: string): Thing {
    const id = draw('id')
    return { id: id % 100 < chances.failures ? id : -1, kind, mayWait: chances.promises > 0 }
  }
  function color(enumType: GraphQLEnumType): unknown {
    return draw('color') % 9 === 0 ? 'PINK' : enumType.getValues()[draw('shade') % 3]?.value
  }
  function leaf(name: string): unknown {
    const number = draw('leaf') % 50
    if (name === 'Boolean') return number % 2 === 0
    return name === 'String' ? `text ${number}` : number
  }

  return draw('promise') % 100 < chances.promises ? promised(value, draw('ticks') % 6) : value()
}

/** A list contains the Error of an item that throws. */
function settled(make: () => unknown): unknown {
  try {
    return make()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function promised<Value>(make: () => Value, ticks: number): Promise<Value> {
  const promise = wait(ticks).then(make)
  // After a synchronous error, graphql-js leaves the promises of other fields unhandled.
  promise.catch(() => {})
  return promise
}

async function wait(ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) await null
}

function resolveType({ id, kind, mayWait }: Thing): string | Promise<string | undefined> | undefined {
  switch (id % 11) {
    case 0:
      return mayWait ? promised(() => kind, 2) : kind
    case 1:
      return mayWait ? promised(() => undefined, 1) : undefined
    case 2:
      return 'Query'
    case 3:
      return 'Color'
    case 4:
      return 'Unknown'
    case 5:
      return undefined
    case 6:
      throw new Error(`no type of ${id}`)
    default:
      return kind
  }
}

function isCat({ id, mayWait }: Thing): boolean | Promise<boolean> {
  if (id % 13 === 0) return false
  return mayWait && id % 3 === 0 ? promised(() => id % 2 === 0, 1) : true
}

/** A 32-bit hash: FNV-1a. */
function hash(text: string): number {
  let value = 2166136261
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16777619)
  // Mixed once more, because FNV-1a gives similar low bits to similar texts.
  value = Math.imul(value ^ (value >>> 15), 2246822507)
  return (value ^ (value >>> 13)) >>> 0
}
