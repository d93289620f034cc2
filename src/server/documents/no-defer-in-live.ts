import { GraphQLError, Kind, type ValidationRule, visit } from 'graphql'
import { DEFER, LIVE } from '../../schema/directives.ts'

/** Refuses a document with `@live` and `@defer`, whatever their conditions: each result of a live query is complete. */
export const noDeferInLive: ValidationRule = (context) => ({
  OperationDefinition({ directives = [] }) {
    const live = directives.find(({ name }) => name.value === LIVE)
    if (live === undefined) return
    visit(context.getDocument(), {
      [Kind.DIRECTIVE](node) {
        if (node.name.value !== DEFER) return
        const message = 'A live answer comes whole each time: "@live" and "@defer" do not go together.'
        context.reportError(new GraphQLError(message, { nodes: [live, node] }))
      },
    })
  },
})
