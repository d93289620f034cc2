import {
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'
import type { SelectionPlan } from './plan.ts'

/** The type of a value as its completion wants to know it: what it is, and whether it may be null. */
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
  /** By the name of the runtime type, those that were met. */
  readonly objects: Map<string, ObjectPlan>
}

/** What is selected of an object of one type. It is worked out when the first such object is met. */
export interface ObjectPlan {
  readonly type: GraphQLObjectType
  readonly selectionSets: readonly SelectionSetNode[]
  selection: SelectionPlan | undefined
}

export function objectPlan(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): ObjectPlan {
  return { type, selectionSets, selection: undefined }
}

export function shapeOf(type: GraphQLOutputType, selectionSets: readonly SelectionSetNode[]): Shape {
  const isNonNull = isNonNullType(type)
  const nullable = isNonNull ? type.ofType : type
  if (isListType(nullable)) return { kind: 'list', isNonNull, item: shapeOf(nullable.ofType, selectionSets) }
  if (isLeafType(nullable)) return { kind: 'leaf', isNonNull, type: nullable }
  if (isObjectType(nullable))
    return { kind: 'object', isNonNull, object: objectPlan(nullable, selectionSets) }
  return { kind: 'abstract', isNonNull, type: nullable, selectionSets, objects: new Map() }
}
