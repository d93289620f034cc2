import { GraphQLError, Kind, type StringValueNode, specifiedRules, type ValidationRule } from 'graphql'
import { DEFER } from '../../schema/directives.ts'

/** Operation Type Existence (GraphQL, 5.2.1.1), for which graphql-js 16 has no rule. */
const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(nodes) {
    if (context.getSchema().getRootType(nodes.operation) == null)
      context.reportError(new GraphQLError(`The schema has no ${nodes.operation} operations.`, { nodes }))
  },
})

/** The label of `@defer` identifies a fragment: it is a unique literal (incremental delivery of 2022). */
const uniqueDeferLabels: ValidationRule = (context) => {
  const known = new Map<string, StringValueNode>()
  return {
    Directive({ name, arguments: given = [] }) {
      const label =
        name.value === DEFER ? given.find((each) => each.name.value === 'label')?.value : undefined
      if (label?.kind === Kind.VARIABLE)
        context.reportError(
          new GraphQLError('The label of @defer must be a text, not a variable.', { nodes: label }),
        )
      if (label?.kind !== Kind.STRING) return
      const first = known.get(label.value)
      if (first === undefined) known.set(label.value, label)
      else context.reportError(new GraphQLError('Two @defer have the same label.', { nodes: [first, label] }))
    },
  }
}

/** The rules of the GraphQL specification, and of incremental delivery, by which a document is valid. */
export const SPECIFIED_RULES: readonly ValidationRule[] = [
  ...specifiedRules,
  knownOperationTypes,
  uniqueDeferLabels,
]
