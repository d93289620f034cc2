import { type ASTNode, type DocumentNode, GraphQLError, Kind, visit } from 'graphql'
import { UserInputError } from '../../schema/errors.ts'

/** A node of a document, or a list of nodes. */
export type Step = ASTNode | readonly ASTNode[]

/**
 * The dotted path of an argument, such as `input.title` or `ids.0`. In the default of a variable it begins with the
 * variable's name.
 *
 * @param steps from the document to the parent of the value
 * @param keys for each step the key of the next one
 */
export function argumentPath(steps: readonly Step[], keys: readonly (string | number)[]): string {
  return steps.flatMap((step, at) => nameOf(step, { own: keys[at - 1], next: keys[at] }) ?? []).join('.')
}

function nameOf(step: Step, key: { readonly own?: unknown; readonly next?: string | number | undefined }) {
  if (!('kind' in step)) return key.own === 'values' ? key.next : undefined
  if (step.kind === Kind.VARIABLE_DEFINITION) return step.variable.name.value
  return step.kind === Kind.ARGUMENT || step.kind === Kind.OBJECT_FIELD ? step.name.value : undefined
}

/** Names the arguments of the literals that a scalar refused as input. Leaves all other errors as they are. */
export function blameLiterals(
  errors: readonly GraphQLError[],
  document: DocumentNode,
): readonly GraphQLError[] {
  const literalOf = ({ nodes, extensions: { code } }: GraphQLError) =>
    code === 'BAD_USER_INPUT' ? nodes?.[0] : undefined
  const literals = new Set<unknown>(errors.map(literalOf).filter((literal) => literal !== undefined))
  if (literals.size === 0) return errors

  const paths = new Map<ASTNode, string>()
  visit(document, {
    enter(node, _key, parent, keys, ancestors) {
      if (literals.has(node) && parent !== undefined)
        paths.set(node, argumentPath([...ancestors, parent], keys))
    },
  })
  return errors.map((error) => {
    const literal = literalOf(error)
    const argument = literal && paths.get(literal)
    if (argument === undefined) return error
    const { message, nodes = null } = error
    return new GraphQLError(message, { nodes, originalError: new UserInputError(argument, message) })
  })
}
