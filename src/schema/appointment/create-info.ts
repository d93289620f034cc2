import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType, valueFromASTUntyped } from 'graphql'
import type { FieldName } from '../../contract/field-names.ts'
import { collectFields, collectSubfields } from '../../execution/index.ts'
import { type IdempotencySource, normalKey } from '../../loaders/idempotency.ts'
import type { FieldPricing } from '../price-tag.ts'

/**
 * The source of the idempotency key of a create field. It depends on the document and its variables only, not on which
 * creates have run: a client that corrects and resends a refused field must not change the keys of the others.
 */
export function idempotencySourceOf(info: GraphQLResolveInfo): IdempotencySource {
  const path = String(info.path.key)
  const own = keyOf(info.fieldNodes, info)
  const creates = [...collectFields(info, info.parentType, [info.operation.selectionSet])].filter(
    ([, [node]]) => node?.name.value === info.fieldName,
  )
  const first = creates.find(([, nodes]) => keyOf(nodes, info) === own)
  return { callersKey: own, path, isRepeated: own !== null && first?.[0] !== path }
}

function keyOf(
  [node]: GraphQLResolveInfo['fieldNodes'],
  { variableValues }: GraphQLResolveInfo,
): string | null {
  const input = node?.arguments?.find(({ name }) => name.value === 'input')?.value
  const value = input && (valueFromASTUntyped(input, variableValues) as { idempotencyKey?: unknown } | null)
  return typeof value?.idempotencyKey === 'string' ? normalKey(value.idempotencyKey) : null
}

/** The fields that a client selects of the appointment in a payload, under every alias. */
export function selectedOfAppointment(info: GraphQLResolveInfo): readonly FieldName[] {
  const payload = getNamedType(info.returnType) as GraphQLObjectType
  const appointments = [...collectSubfields(info, payload, info.fieldNodes).values()].filter(
    ([node]) => node?.name.value === 'appointment',
  )
  const type = getNamedType(payload.getFields().appointment?.type) as GraphQLObjectType
  return appointments.flatMap((nodes) =>
    [...collectSubfields(info, type, nodes).values()].flatMap(([node]) => {
      const field = node && type.getFields()[node.name.value]
      return (field?.extensions as FieldPricing | undefined)?.needs ?? []
    }),
  )
}
