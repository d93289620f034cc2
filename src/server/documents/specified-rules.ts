import { GraphQLError, specifiedRules, type ValidationRule } from 'graphql'

/** Operation Type Existence (GraphQL, 5.2.1.1), for which graphql-js 16 has no rule. */
const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(nodes) {
    if (context.getSchema().getRootType(nodes.operation) == null)
      context.reportError(new GraphQLError(`The schema has no ${nodes.operation} operations.`, { nodes }))
  },
})

/** The rules of the GraphQL specification by which a document is valid. */
export const SPECIFIED_RULES: readonly ValidationRule[] = [...specifiedRules, knownOperationTypes]
