import {
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import { type ArgumentsPlan, type FieldDefinition, planArguments } from './arguments.ts'
import { type CollectScope, collectFields, selectionSetsOf } from './collect.ts'
import { type ObjectPlan, type Shape, shapeOf } from './shape.ts'

/** What to do for each object of one type at one place of an operation. */
export interface SelectionPlan {
  readonly fields: readonly FieldPlan[]
  /**
   * An object with all the response keys in their order, to begin each result as a copy of: so the rows of a list are
   * of one kind to the engine, which writes such rows to JSON fastest, and a key `__proto__` is one like any other.
   * The name of the type is in it already, where it is selected.
   */
  readonly template: Readonly<Record<string, unknown>>
}

export interface FieldPlan {
  readonly key: string
  readonly parentType: GraphQLObjectType
  readonly definition: FieldDefinition
  /** Undefined for the resolver that the execution gives. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined
  /** The first node; merged ones have equal arguments. */
  readonly node: FieldNode
  readonly nodes: readonly FieldNode[]
  readonly arguments: ArgumentsPlan | undefined
  readonly shape: Shape
}

/** Throws what the arguments of @skip and @include are refused with. */
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
    // Validation refuses unknown fields; what was not validated goes without them.
    if (node === undefined || definition === undefined) continue
    if (definition === TypeNameMetaFieldDef) {
      template.push([key, type.name])
      continue
    }
    template.push([key, undefined])
    fields.push(planField(key, type, definition, node, nodes))
  }
  return { fields, template: Object.fromEntries(template) }
}

function planField(
  key: string,
  parentType: GraphQLObjectType,
  definition: FieldDefinition,
  node: FieldNode,
  nodes: readonly FieldNode[],
): FieldPlan {
  return {
    key,
    parentType,
    definition,
    resolve: definition.resolve,
    node,
    nodes,
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
