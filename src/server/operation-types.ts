import { GraphQLError, type ValidationRule } from 'graphql'

/** Operation Type Existence of the specification, 5.2.1.1: graphql-js 16 has no rule for it. */
export const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(nodes) {
    if (context.getSchema().getRootType(nodes.operation) == null)
      context.reportError(new GraphQLError(`The schema has no ${nodes.operation} operations.`, { nodes }))
  },
})
