import { GraphQLError, specifiedRules, type ValidationRule } from 'graphql'

/** Operation Type Existence, 5.2.1.1: graphql-js 16 has no rule for it. */
const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(nodes) {
    if (context.getSchema().getRootType(nodes.operation) == null)
      context.reportError(new GraphQLError(`The schema has no ${nodes.operation} operations.`, { nodes }))
  },
})

/** The rules of the specification by which a document is valid, whoever reads it. */
export const SPECIFIED_RULES: readonly ValidationRule[] = [...specifiedRules, knownOperationTypes]
