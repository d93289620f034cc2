import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import { type FieldArguments, type FieldDefinition, planArguments } from './arguments.ts'
import { type CollectScope, collectFields, selectionSetsOf } from './collect.ts'

/** The plan for objects of one type at one place of an operation. Its selection is planned at the first such object. */
export interface ObjectPlan {
  readonly type: GraphQLObjectType
  readonly selectionSets: readonly SelectionSetNode[]
  selection: SelectionPlan | undefined
}

/** The plan for the selection of each such object. */
export interface SelectionPlan {
  readonly fields: readonly FieldPlan[]
  /**
   * Has all response keys in their order, and the value of `__typename`. Each result starts as a copy of the template, so
   * that all rows of a list have the same keys in the same order, and a response key `__proto__` is an ordinary key.
   */
  readonly template: Readonly<Record<string, unknown>>
}

export interface FieldPlan extends FieldArguments {
  /** The response key. */
  readonly key: string
  readonly parentType: GraphQLObjectType
  /** Undefined for a field without a resolver, which uses the default one of the execution. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined
  /** The first of `nodes`. Its arguments are those of all: valid documents merge only fields with equal arguments. */
  readonly node: FieldNode
  readonly nodes: readonly FieldNode[]
  readonly shape: Shape
}

/** How to complete a value: the kind of its type, and whether it may be null. */
export type Shape = LeafShape | ListShape | ObjectShape | AbstractShape

export interface LeafShape {
  readonly kind: 'leaf'
  readonly isNonNull: boolean
  readonly type: GraphQLLeafType
}

export interface ListShape {
  readonly kind: 'list'
  readonly isNonNull: boolean
  readonly item: Shape
}

export interface ObjectShape {
  readonly kind: 'object'
  readonly isNonNull: boolean
  readonly object: ObjectPlan
}

export interface AbstractShape {
  readonly kind: 'abstract'
  readonly isNonNull: boolean
  readonly type: GraphQLAbstractType
  readonly selectionSets: readonly SelectionSetNode[]
  /** The plans by type name, for the object types of the values so far. */
  readonly objects: Map<string, ObjectPlan>
}

export function objectPlan(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): ObjectPlan {
  return { type, selectionSets, selection: undefined }
}

/** Throws a GraphQLError if an argument of @skip or @include does not fit its type. */
export function selectionOf(scope: CollectScope, object: ObjectPlan): SelectionPlan {
  object.selection ??= planSelection(scope, object)
  return object.selection
}

function planSelection(scope: CollectScope, { type, selectionSets }: ObjectPlan): SelectionPlan {
  const fields: FieldPlan[] = []
  const template: [key: string, value: unknown][] = []
  for (const [key, nodes] of collectFields(scope, type, selectionSets)) {
    const [node] = nodes
    const definition = node && fieldDefinition(scope.schema, type, node.name.value)
    // Like graphql-js, skips fields that the schema does not have: validation refuses them.
    if (node === undefined || definition === undefined) continue
    if (definition === TypeNameMetaFieldDef) {
      template.push([key, type.name])
      continue
    }
    template.push([key, undefined])
    fields.push(planField({ key, parentType: type, definition, node, nodes }))
  }
  return { fields, template: Object.fromEntries(template) }
}

function planField(
  field: Pick<FieldPlan, 'key' | 'parentType' | 'definition' | 'node' | 'nodes'>,
): FieldPlan {
  const { definition, node, nodes } = field
  return {
    ...field,
    resolve: definition.resolve,
    arguments: planArguments(definition, node),
    shape: shapeOf(definition.type, selectionSetsOf(nodes)),
  }
}

function fieldDefinition(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  name: string,
): FieldDefinition | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  }
  return type.getFields()[name]
}

function shapeOf(type: GraphQLOutputType, selectionSets: readonly SelectionSetNode[]): Shape {
  const isNonNull = isNonNullType(type)
  const nullable = isNonNull ? type.ofType : type
  if (isListType(nullable)) return { kind: 'list', isNonNull, item: shapeOf(nullable.ofType, selectionSets) }
  if (isLeafType(nullable)) return { kind: 'leaf', isNonNull, type: nullable }
  if (isObjectType(nullable))
    return { kind: 'object', isNonNull, object: objectPlan(nullable, selectionSets) }
  return { kind: 'abstract', isNonNull, type: nullable, selectionSets, objects: new Map() }
}
